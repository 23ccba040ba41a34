/** Two workers behind one port, on each runtime: real processes that share limits, are seen as one, and end as one. */
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { type RunningCli, startCli } from "../cli/start-proxy.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";

const soon = { timeout: 10_000, interval: 50 };

interface Health {
  readonly status: string;
  readonly state: { readonly mode: string };
  readonly backends: Readonly<Record<string, { readonly in_flight: number }>>;
  readonly workers: readonly { worker: number; pid: number; queue: { running: number } }[];
}

describe.each(["node", "bun", "deno"] as const)("two workers on %s", (shell) => {
  let folder: string;
  let upstream: FakeUpstream;
  let cli: RunningCli;
  let origin: string;
  /** Each request has a connection of its own, so that both workers get some. */
  const agent = new Agent({ connections: 300, pipelining: 0, headersTimeout: 0 });

  const answer: FakeUpstream["handle"] = (_request, response) => sendJson(response, 200, chatAnswer());
  const configOf = (alias: string): ConfigInput => ({
    backends: { box: { url: upstream.url, max_concurrency: 1_000 } },
    model_mapping: { [alias]: "local-chat" },
    keys: [
      { name: "counted", secret: "sk-counted", limits: { requests_per_minute: 60 } },
      { name: "narrow", secret: "sk-narrow", limits: { concurrency: 4 } },
      { name: "wide", secret: "sk-wide" },
    ],
    admin: { key: "sk-admin" },
    logging: { level: "info" },
  });

  beforeAll(async () => {
    upstream = await startUpstream(answer);
    folder = await mkdtemp(join(tmpdir(), "openai-local-proxy-"));
    writeFileSync(join(folder, "config.json"), JSON.stringify(configOf("before")));
    cli = startCli(folder, ["--port", "0", "--workers", "2"], shell);
    origin = await vi.waitFor(() => {
      const found = /^Listening on (http:\/\/\S+)\n/.exec(cli.stdout())?.[1];
      if (found === undefined) throw new Error(`It does not listen yet: ${cli.stderr()}`);
      return found;
    }, soon);
  });
  afterEach(() => void (upstream.handle = answer));
  afterAll(async () => {
    cli?.child.kill("SIGKILL");
    await cli?.ended;
    await agent.close();
    await upstream?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(key: string, model = "any"): Promise<number> {
    const { statusCode, body } = await request(`${origin}/v1/chat/completions`, {
      method: "POST",
      dispatcher: agent,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
    });
    await body.dump();
    return statusCode;
  }
  const askOften = (count: number, key: string) =>
    Array.from({ length: count }, () => ask(key, modelNow).catch(() => 0));
  const countOf = (statuses: readonly number[], status: number) =>
    statuses.filter((one) => one === status).length;
  const health = async () => {
    // On Node a connection that was handed to a worker that dies at that moment may be answered by nobody.
    const signal = AbortSignal.timeout(2_000);
    const headers = { authorization: "Bearer sk-wide", connection: "close" };
    return (await (await fetch(`${origin}/health`, { headers, signal })).json()) as Health;
  };
  let modelNow = "before";

  /** Requests that wait at the box until they are let go. */
  function holdAtBox(): { readonly count: number; release(): void } {
    const held: (() => void)[] = [];
    upstream.handle = (_request, response) => void held.push(() => sendJson(response, 200, chatAnswer()));
    return {
      get count() {
        return held.length;
      },
      release: () => held.splice(0).forEach((finish) => finish()),
    };
  }

  it("both serve, and one answer tells of both", async () => {
    const held = holdAtBox();
    const asked = askOften(40, "sk-wide");
    await expect.poll(() => held.count, soon).toBe(40);
    const { workers, backends, state } = await health();
    expect(workers.map(({ worker }) => worker)).toEqual([1, 2]);
    const running = workers.map(({ queue }) => queue.running);
    expect(Math.min(...running)).toBeGreaterThan(4);
    expect([running[0] ?? 0, running[1] ?? 0].reduce((a, b) => a + b)).toBe(40);
    expect(backends["box"]?.in_flight).toBe(40);
    expect(state.mode).toBe("shared");
    held.release();
    expect(countOf(await Promise.all(asked), 200)).toBe(40);
  });

  it("let exactly 60 of 300 requests in that come at once", async () => {
    const statuses = await Promise.all(askOften(300, "sk-counted"));
    expect([countOf(statuses, 200), countOf(statuses, 429)]).toEqual([60, 240]);
  });

  it("run exactly 4 of 300 requests that come at once", async () => {
    const held = holdAtBox();
    const asked = askOften(300, "sk-narrow");
    let refused = 0;
    for (const one of asked) void one.then((status) => (refused += status === 429 ? 1 : 0));
    await expect.poll(() => refused, soon).toBe(296);
    await expect.poll(() => held.count, soon).toBe(4);
    held.release();
    expect(countOf(await Promise.all(asked), 200)).toBe(4);
  });

  it("take a new configuration over together", async () => {
    const reloads = () => cli.stderr().split("config-reloaded").length - 1;
    writeFileSync(join(folder, "config.json"), JSON.stringify(configOf("after")));
    await expect.poll(reloads, soon).toBe(3);
    cli.child.kill("SIGHUP");
    await expect.poll(reloads, soon).toBe(6);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask("sk-wide", "after")));
    expect(countOf(statuses, 200)).toBe(20);
    expect(await ask("sk-wide", "before")).not.toBe(200);
    modelNow = "after";
  });

  it("drain a box together", async () => {
    const act = (name: string) =>
      fetch(`${origin}/admin/backends/box/${name}`, {
        method: "POST",
        headers: { authorization: "Bearer sk-admin", connection: "close" },
      });
    const logged = () => cli.stderr().split("backend-drained").length - 1;
    expect((await act("drain")).status).toBe(200);
    await expect.poll(logged, soon).toBe(2);
    expect((await act("undrain")).status).toBe(200);
  });

  it("lose no count and no place when one is killed, and are two again", async () => {
    const held = holdAtBox();
    const asked = askOften(4, "sk-narrow");
    await expect.poll(() => held.count, soon).toBe(4);
    const before = await health();
    const dying = before.workers.find(({ queue }) => queue.running > 0);
    if (dying === undefined) throw new Error("None of the workers works.");
    process.kill(dying.pid, "SIGKILL");
    await expect
      .poll(async () => (await health().catch(() => before)).workers.map(({ pid }) => pid), soon)
      .not.toContain(dying.pid);
    await expect.poll(async () => (await health().catch(() => before)).workers.length, soon).toBe(2);
    // The places of the dead one are free, those of the other are not.
    const free = dying.queue.running;
    const hold = holdAtBox();
    const next = askOften(8, "sk-narrow");
    let refused = 0;
    for (const one of next) void one.then((status) => (refused += status === 429 ? 1 : 0));
    await expect.poll(() => refused, soon).toBe(8 - free);
    expect(await ask("sk-counted", modelNow)).toBe(429);
    held.release();
    hold.release();
    const statuses = await Promise.all(asked);
    expect([countOf(statuses, 0), countOf(statuses, 200)]).toEqual([free, 4 - free]);
    await Promise.all(next);
    expect(cli.stderr()).toContain("worker-ended");
    // The new one was told what the two had been told of the box.
    await expect.poll(() => cli.stderr().split("backend-undrained").length - 1, soon).toBe(3);
  });

  it("finish what runs at SIGTERM, and end with 0", async () => {
    const held = holdAtBox();
    const asked = askOften(20, "sk-wide");
    await expect.poll(() => held.count, soon).toBe(20);
    const pids = (await health()).workers.map(({ pid }) => pid);
    cli.child.kill("SIGTERM");
    await expect.poll(() => cli.stderr().split("drain-start").length - 1, soon).toBe(3);
    held.release();
    expect(countOf(await Promise.all(asked), 200)).toBe(20);
    expect(await cli.ended).toBe(0);
    for (const pid of pids) expect(isGone(pid)).toBe(true);
  });
});

/** A process that ended and was not yet collected is gone as well. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}
