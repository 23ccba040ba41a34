/** The examples run as they are, but for the port; and differ from OpenAI's originals by base URL and key alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedProxy, launch, projectRoot } from "../support/launch.ts";
import { python, runScript, whyNoPython } from "../support/python.ts";

const read = (name: string) => readFileSync(join(projectRoot, "examples", name), "utf8");

/** Exactly the lines that an app written for OpenAI does not have, or has with other values. */
const changedLines: Record<string, readonly string[]> = {
  "chat.py": ['    base_url="http://localhost:8080/v1",', '    api_key="local",'],
  "chat.mjs": ['  baseURL: "http://localhost:8080/v1",', '  apiKey: "local",'],
  "Chat.cs": [
    '    credential: new ApiKeyCredential("local"),',
    '    options: new OpenAIClientOptions { Endpoint = new Uri("http://localhost:8080/v1") }',
  ],
  "chat.sh": [
    "curl --no-buffer http://localhost:8080/v1/chat/completions \\",
    '  -H "Authorization: Bearer local" \\',
  ],
};

describe("the examples", () => {
  let proxy: LaunchedProxy;
  beforeAll(async () => {
    proxy = await launch("node", {
      backends: { simulator: { url: "simulator:" } },
      logging: { level: "error" },
    });
  });
  afterAll(() => proxy.stop());
  const atProxy = (source: string) => source.replaceAll("http://localhost:8080", proxy.url);

  it.each(Object.entries(changedLines))("%s is an OpenAI app but for base URL and key", (name, lines) => {
    const source = read(name).split("\n");
    for (const line of lines) expect(source).toContain(line);
    const rest = source.filter((line) => !lines.includes(line)).join("\n");
    expect(rest).not.toMatch(/localhost|8080|proxy|local"/i);
    expect(rest).toContain("gpt-4o");
  });

  it("chat.mjs streams an answer", async () => {
    const { code, output } = await runScript(process.execPath, ["--input-type=module"], {
      input: atProxy(read("chat.mjs")),
    });
    expect(output).toMatch(/simulated/i);
    expect(code).toBe(0);
  });

  it("chat.py streams an answer", async (context) => {
    if (python === undefined) return context.skip(whyNoPython);
    const { code, output } = await runScript(python, ["-"], { input: atProxy(read("chat.py")) });
    expect(output).toMatch(/simulated/i);
    expect(code).toBe(0);
  });

  it("chat.sh streams an answer", async () => {
    const { code, output } = await runScript("sh", ["-s"], { input: atProxy(read("chat.sh")) });
    expect(output).toContain("data: [DONE]");
    expect(code).toBe(0);
  });
});

describe("the demo", () => {
  it("shows a streamed answer from the simulator and the curl to repeat it", async () => {
    const { code, output } = await runScript(process.execPath, ["examples/demo.ts"]);
    expect(output).toMatch(/Listening on http:\/\//);
    expect(output).toMatch(/simulated/i);
    expect(output).toContain("curl --no-buffer");
    expect(code).toBe(0);
  }, 60_000);
});
