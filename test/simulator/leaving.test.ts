/** Pace, and what happens when a client leaves: all work ends, no timer stays. */
import { describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../../src/simulator/simulator.ts";
import { chat, createManualClock, get, json, type ManualClock, settle } from "./ask.ts";

interface Box {
  readonly clock: ManualClock;
  readonly simulator: Simulator;
}

function createBox(tokenDelayMs = 0): Box {
  const clock = createManualClock();
  return { clock, simulator: createSimulator({ tokenDelayMs, ...clock }) };
}

const stats = (simulator: Simulator) => json(get("/simulator/stats", { simulator }));

describe("the counters", () => {
  it("count generations from their request to their last byte", async () => {
    const { simulator } = createBox();
    const answer = await chat("Hi", { stream: true }, { simulator });
    expect(await stats(simulator)).toEqual({ started: 1, finished: 0, cancelled: 0, active: 1 });
    await answer.text();
    expect(await stats(simulator)).toEqual({ started: 1, finished: 1, cancelled: 0, active: 0 });
  });

  it("pass over model lists and unknown paths, and take a refusal for finished", async () => {
    const { simulator } = createBox();
    await get("/v1/models", { simulator });
    await get("/v1/chat/completions", { simulator });
    await chat("Hi", { messages: null }, { simulator });
    expect(await stats(simulator)).toEqual({ started: 1, finished: 1, cancelled: 0, active: 0 });
  });

  it("are of one simulator only", async () => {
    await chat("Hi");
    expect((await stats(createSimulator())).started).toBe(0);
  });
});

describe("a client that leaves", () => {
  it("ends a request that hangs before its headers", async () => {
    const { clock, simulator } = createBox();
    const client = new AbortController();
    const headers = { "x-simulator-fault": "hang" };
    const answer = chat("Hi", {}, { simulator, headers, signal: client.signal });
    await clock.advance(86_400_000);
    expect((await stats(simulator)).active).toBe(1);
    client.abort(new Error("Gone."));
    await expect(answer).rejects.toThrow("Gone.");
    expect(await stats(simulator)).toMatchObject({ cancelled: 1, active: 0 });
  });

  for (const stream of [true, false]) {
    it(`ends a body that is silent: ${stream ? "events" : "JSON"}`, async () => {
      const { simulator } = createBox();
      const client = new AbortController();
      const headers = { "x-simulator-fault": "hang-body" };
      const answer = await chat("Hi", { stream }, { simulator, headers, signal: client.signal });
      expect(answer.status).toBe(200);
      const text = answer.text();
      await settle();
      client.abort(new Error("Gone."));
      await expect(text).rejects.toThrow("Gone.");
      expect(await stats(simulator)).toMatchObject({ cancelled: 1, active: 0 });
    });
  }

  it("ends a paced stream by signal, and its timer", async () => {
    const { clock, simulator } = createBox(25);
    const client = new AbortController();
    const answer = await chat("Hi", { stream: true }, { simulator, signal: client.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    const second = reader?.read();
    await settle();
    expect(clock.pending()).toBe(1);
    client.abort(new Error("Gone."));
    await expect(second).rejects.toThrow("Gone.");
    expect(clock.pending()).toBe(0);
    expect(await stats(simulator)).toMatchObject({ cancelled: 1, active: 0 });
  });

  it("ends a paced stream by cancelling it, and its timer", async () => {
    const { clock, simulator } = createBox(25);
    const answer = await chat("Hi", { stream: true }, { simulator });
    const reader = answer.body?.getReader();
    await reader?.read();
    const second = reader?.read();
    await settle();
    await reader?.cancel();
    expect(await second).toEqual({ done: true, value: undefined });
    expect(clock.pending()).toBe(0);
    expect(await stats(simulator)).toMatchObject({ cancelled: 1, active: 0 });
  });

  it("ends a stream that nobody reads", async () => {
    const { simulator } = createBox();
    const client = new AbortController();
    const answer = await chat("Hi", { stream: true }, { simulator, signal: client.signal });
    client.abort(new Error("Gone."));
    await expect(answer.text()).rejects.toThrow("Gone.");
    expect((await stats(simulator)).cancelled).toBe(1);
  });

  it("before the request came is not served", async () => {
    const { simulator } = createBox();
    await expect(chat("Hi", {}, { simulator, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect((await stats(simulator)).active).toBe(0);
  });

  it("after the last byte changes nothing", async () => {
    const { simulator } = createBox();
    const client = new AbortController();
    await (await chat("Hi", { stream: true }, { simulator, signal: client.signal })).text();
    client.abort();
    expect(await stats(simulator)).toMatchObject({ finished: 1, cancelled: 0 });
  });
});

describe("the pace", () => {
  it("delays the headers by a header's order", async () => {
    const { clock, simulator } = createBox();
    let isAnswered = false;
    const headers = { "x-simulator-delay-ms": "300" };
    const answer = chat("Hi", {}, { simulator, headers });
    void answer.then(() => (isAnswered = true));
    await clock.advance(299);
    expect(isAnswered).toBe(false);
    await clock.advance(1);
    expect((await answer).status).toBe(200);
  });

  it("pauses between pieces, not before the first", async () => {
    const { clock, simulator } = createBox(1_000);
    const headers = { "x-simulator-token-delay-ms": "20", "x-simulator-pieces": "3" };
    const answer = await chat("Hi", { stream: true }, { simulator, headers });
    let received = 0;
    const reading = answer.body?.pipeTo(new WritableStream({ write: () => void received++ }));
    await settle();
    const counts = [received];
    for (let turn = 0; turn < 2; turn++) {
      await clock.advance(20);
      counts.push(received);
    }
    await reading;
    // The finish and [DONE] follow the last piece at once.
    expect(counts).toEqual([1, 2, 5]);
  });

  it("takes as long for a whole answer as for its pieces", async () => {
    const { clock, simulator } = createBox(10);
    const answer = chat("Hi", {}, { simulator, headers: { "x-simulator-pieces": "50" } });
    await clock.advance(499);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);
    expect((await json(answer)).usage.completion_tokens).toBe(50);
  });

  it("makes nothing ahead of the reader", async () => {
    const { clock, simulator } = createBox(1);
    const headers = { "x-simulator-pieces": "200000" };
    const answer = await chat("Hi", { stream: true }, { simulator, headers });
    const reader = answer.body?.getReader();
    await reader?.read();
    await settle();
    expect(clock.pending()).toBe(0);
    await reader?.cancel();
  });
});
