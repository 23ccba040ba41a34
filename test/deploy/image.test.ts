/** The image without an engine: the Dockerfile's files in a folder, its command, its health check and its stop signal. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { assembleImage, imagePath, listFiles, shipped } from "./assemble-image.ts";
import { environmentOf, parseExec, textOf } from "./dockerfile.ts";

let root: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "openai-local-proxy-image-"));
  assembleImage(root);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const key = "sk-image-test";

/** A process in the image: its environment and nothing of this one's. */
function runInImage(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const [program, ...args] = command;
  expect(program).toBe("node");
  const { OPENAI_LOCAL_PROXY_CONFIG = "", ...fixed } = environmentOf(shipped);
  const child = spawn(process.execPath, args, {
    cwd: imagePath(root, "."),
    env: { ...fixed, OPENAI_LOCAL_PROXY_CONFIG: imagePath(root, OPENAI_LOCAL_PROXY_CONFIG), ...environment },
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  return { child, ended, output: () => output };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}

const checkHealth = (PORT: string) => runInImage(parseExec(textOf(shipped, "HEALTHCHECK")), { PORT }).ended;

async function startImage() {
  const PORT = await freePort();
  const proxy = runInImage(parseExec(textOf(shipped, "CMD")), {
    HOST: "127.0.0.1",
    PORT,
    LM_STUDIO_URL: "simulator:",
    PROXY_API_KEY: key,
  });
  await expect.poll(proxy.output, { timeout: 10_000 }).toContain("Listening on");
  return { ...proxy, port: PORT, origin: `http://127.0.0.1:${PORT}` };
}

const ask = (origin: string, authorization: string) =>
  fetch(`${origin}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] }),
  });

describe("the image", () => {
  it("answers with what the environment says, to those who have the key", async () => {
    const { origin } = await startImage();
    const [known, unknown] = await Promise.all([
      ask(origin, `Bearer ${key}`),
      ask(origin, "Bearer sk-other"),
    ]);
    expect([known.status, unknown.status]).toEqual([200, 401]);
    expect(await known.json()).toMatchObject({ object: "chat.completion", model: "gpt-4o" });
    await unknown.body?.cancel();
  });

  it("is healthy while it runs, by the health check's own command, and not before or after", async () => {
    const before = await freePort();
    expect(await checkHealth(before)).toBe(1);
    const { child, ended, port } = await startImage();
    expect(await checkHealth(port)).toBe(0);
    child.kill("SIGTERM");
    await ended;
    expect(await checkHealth(port)).toBe(1);
  });

  it("ends with 0 on the stop signal", async () => {
    const { child, ended, output } = await startImage();
    const signal = textOf(shipped, "STOPSIGNAL");
    expect(signal).toBe("SIGTERM");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(output()).toContain("drain-end");
  });

  it("writes no file, so that its root may be read-only", async () => {
    const before = listFiles(root);
    const { child, ended, origin } = await startImage();
    await (await ask(origin, `Bearer ${key}`)).text();
    child.kill("SIGTERM");
    await ended;
    expect(listFiles(root)).toEqual(before);
    expect(before.length).toBeGreaterThan(100);
  });

  it("does not start open to everybody: without a key it says which variable is missing", async () => {
    const { ended, output } = runInImage(parseExec(textOf(shipped, "CMD")), { HOST: "127.0.0.1", PORT: "0" });
    expect(await ended).toBe(1);
    expect(output()).toContain("PROXY_API_KEY");
  });
});
