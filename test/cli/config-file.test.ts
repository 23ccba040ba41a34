/** Where the configuration comes from, and what the flags change in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { formatCheck } from "../../src/cli/check.ts";
import { CliError } from "../../src/cli/cli-error.ts";
import { ConfigFileError, type LoadedConfig, loadConfig } from "../../src/cli/config-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openai-local-proxy-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
}

function load(args: readonly string[] = [], environment: Record<string, string> = {}): LoadedConfig {
  return loadConfig(parseArguments(args), { environment, folder });
}

function refusal(args: readonly string[], environment: Record<string, string> = {}): CliError {
  try {
    load(args, environment);
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown;
    throw thrown;
  }
  throw new Error("Nothing was refused.");
}

const portIs = (port: number) => ({ server: { port } });

describe("the file", () => {
  it("is not needed", () => {
    const { config, file } = load();
    expect(file).toBeUndefined();
    expect(config.server).toMatchObject({ host: "127.0.0.1", port: 8080 });
    expect(config.backends.local?.url).toBe("http://localhost:1234");
  });

  it("is looked for at --config, in the environment, then by its default names", () => {
    const environment = { OPENAI_LOCAL_PROXY_CONFIG: "env.json" };
    write("config.yml", "server: { port: 4 }");
    expect(load().config.server.port).toBe(4);
    write("config.yaml", "server:\n  port: 3\n");
    expect(load().config.server.port).toBe(3);
    write("config.json", portIs(2));
    expect(load()).toMatchObject({ config: portIs(2), file: { name: "config.json" } });
    write("env.json", portIs(1));
    expect(load([], environment)).toMatchObject({ config: portIs(1), file: { name: "env.json" } });
    write("named.json", portIs(5));
    expect(load(["--config", "named.json"], environment)).toMatchObject({
      config: portIs(5),
      file: { name: "named.json", path: join(folder, "named.json") },
    });
  });

  it("takes an empty variable for none, and a folder of a default name too", () => {
    mkdirSync(join(folder, "config.json"));
    expect(load([], { OPENAI_LOCAL_PROXY_CONFIG: "" }).file).toBeUndefined();
  });

  it("is filled from the environment", () => {
    write("config.json", { backends: { box: { url: "${BOX}" } } });
    expect(load([], { BOX: "http://box.test:1" }).config.backends.box?.url).toBe("http://box.test:1");
  });

  it("is missed in words where it was named", () => {
    expect(refusal(["--config", "nope.yaml"])).toMatchObject({
      exitCode: 2,
      message: `There is no configuration file nope.yaml (named by --config). Looked at ${join(folder, "nope.yaml")}.`,
    });
    expect(refusal([], { OPENAI_LOCAL_PROXY_CONFIG: "gone.json" }).message).toContain(
      "gone.json (named by $OPENAI_LOCAL_PROXY_CONFIG)",
    );
    mkdirSync(join(folder, "dir"));
    expect(refusal(["--config", "dir"]).message).toContain("is a folder, not a configuration file");
  });

  it("is refused with its name, the place and exit code 1 where its content is wrong", () => {
    write("config.yaml", "server:\n  prot: 80\n");
    const error = refusal([]);
    expect(error).toBeInstanceOf(ConfigFileError);
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(
      /^config\.yaml: The configuration has 1 problem\.\n\nserver\.prot \(line 2/,
    );
  });
});

describe("the flags", () => {
  beforeEach(() => {
    write("config.json", {
      server: { host: "0.0.0.0", port: 9000, drain_timeout: 5 },
      backends: { box: { url: "http://box.test" } },
      model_mapping: { "gpt-4o": "from-file", "gpt-4": "kept" },
      logging: { level: "warn", format: "json" },
    });
  });

  it("win over the file, and leave the rest of it alone", () => {
    const { config } = load(["--host", "127.0.0.1", "--port", "0", "--log-level", "DEBUG"]);
    expect(config.server).toMatchObject({ host: "127.0.0.1", port: 0, drain_timeout: 5 });
    expect(config.logging).toMatchObject({ level: "debug", format: "json" });
    expect(Object.keys(config.backends)).toEqual(["box"]);
  });

  it("replace the backends and add to the mapping", () => {
    const { config } = load([
      "--backend",
      "http://a:1",
      "--backend",
      "http://b:2",
      "--map",
      "gpt-4o=from-flag",
    ]);
    expect(Object.entries(config.backends).map(([name, { url }]) => [name, url])).toEqual([
      ["backend-1", "http://a:1"],
      ["backend-2", "http://b:2"],
    ]);
    expect(config.model_mapping).toEqual({ "gpt-4o": "from-flag", "gpt-4": "kept" });
  });

  it("put the simulator in place of every backend", () => {
    const { config } = load(["--simulate"]);
    expect(Object.entries(config.backends)).toMatchObject([["simulator", { url: "simulator:" }]]);
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      "a port that is no number",
      ["--port", "abc"],
      /^--port cannot be used: found the string "abc", expected a whole/,
    ],
    ["a port that is too large", ["--port", "65536"], /^--port cannot be used: found the number 65536/],
    ["a port below zero", ["--port=-1"], /^--port cannot be used/],
    ["a host with a scheme", ["--host", "http://x"], /^--host cannot be used: .* without http:\/\//],
    ["a backend without a scheme", ["--backend", "box:1234"], /^--backend cannot be used: .* a URL such as/],
    ["a level that is none", ["--log-level", "loud"], /^--log-level cannot be used: .*"debug", "info"/],
  ])("are refused with exit code 2: %s", (_name, args, message) => {
    const error = refusal(args);
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(message);
    expect(error.message.split("\n")).toHaveLength(1);
  });
});

describe("--check", () => {
  it("tells what the configuration comes to, without a secret", () => {
    write(
      "config.yaml",
      [
        "backends: { box: { url: 'http://box.test:1234/v1', api_key: sk-box-secret } }",
        "model_mapping: { gpt-4o: qwen, 'gpt-*': { chat: llama, embeddings: nomic } }",
        "authentication: { enabled: true, valid_api_keys: [sk-one-secret, sk-two-secret] }",
      ].join("\n"),
    );
    expect(formatCheck(load())).toBe(`config.yaml is valid
  listens    http://127.0.0.1:8080/v1
  backends   box: LM Studio at http://box.test:1234
  mapping    gpt-4o → qwen
             gpt-* → chat: llama, embeddings: nomic
  any other  is refused with model_not_found, unless a backend has a model of that name
  keys       authentication is on: 2 keys are let in
`);
  });

  it("tells the defaults where there is no file", () => {
    expect(formatCheck(load())).toBe(`There is no configuration file; the defaults and flags are valid
  listens   http://127.0.0.1:8080/v1
  backends  local: LM Studio at http://localhost:1234
  mapping   none
  any name  the model that is loaded, once a backend answers
  keys      authentication is off: no key is asked for
`);
  });
});
