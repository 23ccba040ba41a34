/** A long stream through a client that reads slowly must not gather in the proxy's memory. */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { chatChunk, type FakeUpstream, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";

const chunkCount = 100_000;
const maxGrowthBytes = 50 * 1024 * 1024;
/** 100 MB in all: twice what the proxy may grow by, so that keeping it would show. */
const frame = chatChunk("x".repeat(850));

let upstream: FakeUpstream | undefined;
let proxy: LaunchedProxy | undefined;
afterEach(async () => {
  await proxy?.stop();
  await upstream?.stop();
});

describe.each(["node", "bun"] as const)("on %s", (runtime) => {
  it("grows by less than 50 MB over 100,000 chunks that are read slowly", async (context) => {
    if (process.platform !== "linux") return context.skip("The resident set is read from /proc.");
    let chunks = 0;
    upstream = await startUpstream(async (received, response) => {
      chunks = received.body.includes("warm up") ? 2_000 : chunkCount;
      startEvents(response);
      for (let index = 0; index < chunks; index++) {
        if (!response.write(frame)) await new Promise((resolve) => response.once("drain", resolve));
      }
      response.end(`${chatChunk("", "stop")}data: [DONE]\n\n`);
    });
    proxy = await launch(runtime, { backends: { box: { url: upstream.url } }, logging: { level: "error" } });
    const pid = proxy.process.pid ?? 0;
    for (let round = 0; round < 3; round++) await readSlowly(proxy.url, "warm up", () => {});

    const before = residentBytes(pid);
    let peak = before;
    const received = await readSlowly(proxy.url, "all of it", () => {
      peak = Math.max(peak, residentBytes(pid));
    });

    expect(received.frames).toBe(chunkCount + 2);
    expect(received.end).toBe("data: [DONE]\n\n");
    const growth = peak - before;
    process.stdout.write(`${runtime}: grew by ${toMiB(growth)} MiB over ${toMiB(before)} MiB\n`);
    expect(growth).toBeLessThan(maxGrowthBytes);
  }, 120_000);
});

/** Stops for a moment after every 2 MB, so that the proxy always has more than the client takes. */
async function readSlowly(
  url: string,
  prompt: string,
  onPause: () => void,
): Promise<{ frames: number; end: string }> {
  const body = JSON.stringify({
    model: "local-chat",
    stream: true,
    messages: [{ role: "user", content: prompt }],
  });
  const outgoing = request(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  outgoing.end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
  let sincePause = 0;
  let lineEnds = 0;
  let end = "";
  for await (const chunk of response) {
    const text = (chunk as Buffer).toString("latin1");
    end = (end + text).slice(-14);
    lineEnds += text.split("\n").length - 1;
    sincePause += text.length;
    if (sincePause < 2_000_000) continue;
    sincePause = 0;
    onPause();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { frames: lineEnds / 2, end };
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

const toMiB = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
