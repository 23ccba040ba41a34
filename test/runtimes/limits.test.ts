/** Keys and limits hold on each runtime: real processes and real sockets. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaseMs } from "../../src/admission/slots.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch, runtimeNames } from "../support/launch.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const limited = "sk-limited";
const narrow = "sk-narrow";
const free = "sk-free";

describe.each(runtimeNames)("on %s", (runtime) => {
  let upstream: FakeUpstream;
  let proxy: LaunchedProxy;

  beforeAll(async () => {
    upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
    const config: ConfigInput = {
      backends: { box: { url: upstream.url, max_concurrency: 2 } },
      keys: [
        {
          name: "limited",
          sha256: sha256(limited),
          limits: { requests_per_minute: 60, tokens_per_minute: 1_000_000 },
        },
        { name: "free", sha256: sha256(free) },
        { name: "narrow", sha256: sha256(narrow), limits: { concurrency: 1 } },
      ],
      limits: { stream_seconds: 1 },
      logging: { level: "warn" },
    };
    proxy = await launch(runtime, config);
  });

  afterAll(async () => {
    await proxy?.stop();
    await upstream?.stop();
  });

  const chat = (key: string, body: object = {}, signal?: AbortSignal) =>
    fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }], ...body }),
      ...(signal === undefined ? {} : { signal }),
    });

  it("lets 60 of 200 in that come at once, and tells the others when to come again", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => chat(limited)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(140);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(30);
    expect(refused[0]?.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    const remaining = answers.flatMap(({ headers }) => headers.get("x-ratelimit-remaining-tokens") ?? []);
    expect(remaining).toHaveLength(60);
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
  });

  it("tells by whom its state is shared: on workerd by a Durable Object", async () => {
    const health = (await (await fetch(`${proxy.url}/health`)).json()) as { state: object };
    expect(health.state).toEqual({ mode: runtime === "workerd" ? "shared" : "memory" });
  });

  it("counts for Prometheus, where the process lives on", async () => {
    const headers = { authorization: `Bearer ${narrow}` };
    const answer = await fetch(`${proxy.url}/metrics`, { headers });
    const isKept = runtime !== "workerd";
    expect(answer.status).toBe(isKept ? 200 : 404);
    expect(await answer.text()).toMatch(
      isKept ? /^proxy_requests_total\{.*status="429"\} 140$/m : /metrics_not_kept/,
    );
  });

  it("sends a box no more at once than it takes", async () => {
    let running = 0;
    let highest = 0;
    upstream.handle = (_request, response) => {
      running++;
      highest = Math.max(highest, running);
      setTimeout(() => {
        running--;
        sendJson(response, 200, chatAnswer());
      }, 20);
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat(free)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(highest).toBe(2);
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
  });

  it("refuses a wrong key", async () => {
    expect((await chat("sk-wrong")).status).toBe(401);
  });

  it("frees the only place when its client leaves, before and in the middle of an answer", async () => {
    // workerd takes a closed client for one that still listens, until a write to it fails; then it ends the request's work
    // without a word, and the place comes back when its lease is over.
    for (const isStream of runtime === "workerd" ? [true] : [false, true]) {
      upstream.handle = (_request, response) => {
        if (!isStream) return;
        startEvents(response);
        const timer = setInterval(() => response.write(chatChunk("a")), 20);
        response.once("close", () => clearInterval(timer));
      };
      const client = new AbortController();
      const received = upstream.received(upstream.requests.length);
      const answer = chat(narrow, { stream: isStream }, client.signal);
      const request = await received;
      if (isStream) await (await answer).body?.getReader().read();
      expect((await chat(narrow)).status).toBe(429);
      client.abort();
      await answer.catch(() => {});
      await request.closed;
      upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer());
      const timeout = runtime === "workerd" ? leaseMs + 3_000 : 1_000;
      await expect.poll(async () => (await chat(narrow)).status, { timeout }).toBe(200);
    }
  });

  it("ends a stream that takes too long", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    };
    const text = await (await chat(narrow, { stream: true })).text();
    expect(text).toContain("stream_too_long");
    expect(text).not.toContain("[DONE]");
  });
});
