/** What parseConfig accepts, fills in and refuses. The refusals of whole files stand in the broken-*.test.ts files. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { collectProblems } from "./collect-problems.ts";

const box = "http://10.50.10.14:1234";

describe("parseConfig accepts", () => {
  test("the file of the first description as it is", () => {
    const text = readFileSync(new URL("./first-description.yaml", import.meta.url), "utf8");
    const config = parseConfig(text);
    expect(config.server).toMatchObject({ host: "0.0.0.0", port: 8080 });
    expect(config.backends["primary"]).toMatchObject({ url: box, timeout: 300, type: "lmstudio" });
    expect(config.model_mapping).toEqual({
      "gpt-3.5-turbo": "llama-3.1-instruct-13b",
      "gpt-4": "llama-3.1-instruct-13b",
    });
    expect(config.authentication.valid_api_keys.map((key) => key.reveal())).toEqual([
      "sk-secure-random-key-123",
    ]);
    expect(config.request).toMatchObject({ max_content_length: 1_048_576, default_timeout: 300 });
    expect(config.logging).toMatchObject({ level: "info", include_request_body: false });
  });

  test.each(["", "  \n", "# only a comment\n", "{}", null, undefined, {}])("nothing at all: %j", (source) => {
    const config = parseConfig(source);
    expect(config.server).toMatchObject({ host: "127.0.0.1", port: 8080 });
    expect(Object.keys(config.backends)).toEqual(["local"]);
    expect(config.logging.level).toBe("info");
  });

  test.each([
    ["JSON", '{ "server": { "port": 9000 } }'],
    ["JSON with tabs and a trailing comma", '{\n\t"server": {\n\t\t"port": 9000,\n\t},\n}'],
    ["JSON with a byte order mark", '\uFEFF{ "server": { "port": 9000 } }'],
    ["YAML", "server:\n  port: 9000\n"],
    ["YAML with Windows line ends", "server:\r\n  port: 9000\r\n"],
    ["JSON with $schema", '{ "$schema": "./config.schema.json", "server": { "port": 9000 } }'],
  ])("%s", (_name, text) => {
    expect(parseConfig(text).server.port).toBe(9000);
  });

  test("merge keys and aliases", () => {
    const text = `backends:\n  a: &box { url: "${box}", timeout: 10 }\n  b: { <<: *box, timeout: 20 }\n  c: *box\n`;
    const { backends } = parseConfig(text);
    expect(backends).toMatchObject({ a: { timeout: 10 }, b: { url: box, timeout: 20 }, c: { timeout: 10 } });
  });

  test.each(["info", "INFO", "Info"])("log level %s", (level) => {
    expect(parseConfig({ logging: { level } }).logging.level).toBe("info");
  });

  test("two backends with the same URL, and https", () => {
    const backends = { a: { url: box }, b: { url: box }, c: { url: "https://api.openai.com" } };
    expect(Object.keys(parseConfig({ backends }).backends)).toEqual(["a", "b", "c"]);
  });

  test.each(["0.0.0.0", "::", "::1", "localhost", "my-box.local"])("host %s", (host) => {
    expect(parseConfig({ server: { host } }).server.host).toBe(host);
  });
});

describe("placeholders", () => {
  const readHost = (host: string, environment: Record<string, string>) =>
    parseConfig({ server: { host } }, environment).server.host;

  test.each([
    ["${NAME}", { NAME: "box" }, "box"],
    ["a-${NAME}-b-${NAME}", { NAME: "box" }, "a-box-b-box"],
    ["${NAME:-fallback}", {}, "fallback"],
    ["${NAME:-fallback}", { NAME: "" }, "fallback"],
    ["${NAME:-fallback}", { NAME: "box" }, "box"],
    ["$${NAME}", { NAME: "box" }, "${NAME}"],
    ["$NAME$", { NAME: "box" }, "$NAME$"],
    ["${NAME}", { NAME: "${OTHER}", OTHER: "no" }, "${OTHER}"],
  ])("%s with %j is %s", (host, environment, expected) => {
    expect(readHost(host, environment)).toBe(expected);
  });

  test("numbers and switches take their type, strings stay strings", () => {
    const config = parseConfig(
      "server:\n  port: ${PORT}\nauthentication:\n  enabled: ${ON:-true}\n  valid_api_keys: ['${KEY}']\n",
      { PORT: "9000", KEY: "12345" },
    );
    expect(config.server.port).toBe(9000);
    expect(config.authentication.enabled).toBe(true);
    expect(config.authentication.valid_api_keys.map((key) => key.reveal())).toEqual(["12345"]);
  });

  test("are left alone in keys", () => {
    const config = parseConfig({ model_mapping: { "${NAME}": "a" } }, { NAME: "box" });
    expect(config.model_mapping).toEqual({ "${NAME}": "a" });
  });

  test("a value from the environment never shows in a message", () => {
    const source = { server: { port: "${A}" }, backends: { a: { url: "${A}" } }, unknown_model: "${A}" };
    const problems = collectProblems(source, { A: "hunter2" });
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test.each(["${}", "${1}", "${A B}", "${A", "${A:-${B}}"])("%s is refused", (host) => {
    const [problem] = collectProblems({ server: { host } }, { A: "a", B: "b" });
    expect(problem).toMatchObject({ path: "server.host", found: "a `${` that names no variable" });
  });

  test("inherited properties are no variables", () => {
    expect(collectProblems({ server: { host: "${constructor}" } })).toHaveLength(1);
  });
});

describe("objects", () => {
  test("are not changed", () => {
    const source = { server: { host: "${NAME}" }, backends: { a: { url: box } } };
    const before = structuredClone(source);
    parseConfig(source, { NAME: "box" });
    expect(source).toEqual(before);
  });

  test("a key __proto__ is refused and changes no prototype", () => {
    const source: unknown = JSON.parse('{ "backends": { "__proto__": { "url": "http://h" } } }');
    expect(collectProblems(source).map(({ path }) => path)).toContain("backends.__proto__");
    expect(collectProblems("__proto__: { polluted: 1 }").map(({ path }) => path)).toEqual(["__proto__"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("names that objects inherit are ordinary names", () => {
    const config = parseConfig({
      backends: { constructor: { url: box } },
      model_mapping: { toString: "a", hasOwnProperty: "b" },
    });
    expect(Object.keys(config.backends)).toEqual(["constructor"]);
    expect(Object.keys(config.model_mapping)).toEqual(["toString", "hasOwnProperty"]);
  });

  test("a value that contains itself, and one that is no plain value, are refused", () => {
    const cycle: Record<string, unknown> = {};
    cycle["server"] = cycle;
    expect(collectProblems(cycle)[0]).toMatchObject({
      path: "server",
      found: "a value that contains itself",
    });
    expect(collectProblems("server: &a { host: *a }")[0]).toMatchObject({ path: "server.host" });
    expect(collectProblems({ server: new Map() })[0]).toMatchObject({ path: "server", found: "a Map" });
  });
});

describe("ConfigError", () => {
  test("tells every problem at once, in the order of the file", () => {
    const text = "logging: { level: loud }\nserver: { port: true }\n";
    expect(collectProblems(text).map(({ path, line }) => [path, line])).toEqual([
      ["logging.level", 1],
      ["server.port", 2],
    ]);
  });

  test("has no line where there was no text", () => {
    expect(collectProblems({ server: { port: true } })).toEqual([
      {
        path: "server.port",
        found: "the value true",
        expected: "a whole number from 0 to 65535",
        hint: "The port to listen on; 0 picks a free one.",
      },
    ]);
  });

  test("holds the problems and prints them", () => {
    const error = new ConfigError([{ path: "a[0]", found: "b", expected: "c", hint: "d" }]);
    expect(error.name).toBe("ConfigError");
    expect(error.message).toBe(
      "The configuration has 1 problem.\n\na[0]\n  found:    b\n  expected: c\n  hint:     d",
    );
  });
});
