import { describe, expect, it } from "vitest";
import { openTransformChannel } from "../../src/byte-channel.ts";
import { watchStream } from "../../src/respond/stream.ts";
import type { EventStream } from "../../src/sse/stream.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function watched(options: { heartbeatMs?: number; idleTimeoutMs?: number; takesNothing?: boolean } = {}) {
  const clock = createFakeClock();
  const sent: string[] = [];
  let idle = 0;
  let stalled = 0;
  const stream: Writable<EventStream> = {
    channel: openTransformChannel(() => {}),
    sentAt: clock.now(),
    readingSince: undefined,
    blockedSince: undefined,
    breakOff: () => {},
    feed: () => Promise.resolve("ended"),
    finish: () => "faulted",
    interject(bytes) {
      if (options.takesNothing === true) return;
      sent.push(new TextDecoder().decode(bytes));
      stream.sentAt = clock.now();
    },
  };
  const watch = {
    heartbeatMs: options.heartbeatMs ?? 1_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 0,
    onIdle: () => void idle++,
    onStall: () => void stalled++,
  };
  const stop = watchStream(stream, watch, createFakeRuntime(clock));
  return { clock, stream, sent, stop, idleCalls: () => idle, stallCalls: () => stalled };
}

describe("watchStream", () => {
  it("sends a comment after each heartbeat of silence", async () => {
    const { clock, sent } = watched();
    await clock.advance(999);
    expect(sent).toEqual([]);
    await clock.advance(2_001);
    expect(sent).toEqual([": keep-alive\n\n", ": keep-alive\n\n", ": keep-alive\n\n"]);
  });

  it("sends none while bytes flow, and counts from the last ones", async () => {
    const { clock, sent, stream } = watched();
    for (let step = 0; step < 10; step++) {
      await clock.advance(600);
      stream.sentAt = clock.now();
    }
    expect(sent).toEqual([]);
    await clock.advance(1_000);
    expect(sent).toHaveLength(1);
  });

  it("does not spin when the client takes nothing", async () => {
    const { clock, stream } = watched({ takesNothing: true });
    let checks = 0;
    Object.defineProperty(stream, "sentAt", { get: () => (checks++, 0) });
    await clock.advance(5_000);
    expect(checks).toBeLessThan(30);
  });

  it("calls a backend idle only while it is being waited for", async () => {
    const { clock, stream, idleCalls } = watched({ heartbeatMs: 0, idleTimeoutMs: 500 });
    await clock.advance(5_000);
    expect(idleCalls()).toBe(0);
    stream.readingSince = clock.now();
    await clock.advance(499);
    expect(idleCalls()).toBe(0);
    await clock.advance(600);
    expect(idleCalls()).toBe(1);
  });

  it("calls a client stalled that takes nothing for as long, and not while it takes something", async () => {
    const { clock, stream, idleCalls, stallCalls } = watched({ heartbeatMs: 0, idleTimeoutMs: 500 });
    for (let step = 0; step < 10; step++) {
      stream.blockedSince = clock.now();
      await clock.advance(400);
      stream.blockedSince = undefined;
    }
    expect(stallCalls()).toBe(0);
    stream.blockedSince = clock.now();
    await clock.advance(1_000);
    expect([stallCalls(), idleCalls()]).toEqual([1, 0]);
  });

  it("leaves no timer behind, nor sets one when both are off", () => {
    const { clock, stop } = watched({ idleTimeoutMs: 500 });
    stop();
    expect(clock.pending).toBe(0);
    expect(watched({ heartbeatMs: 0 }).clock.pending).toBe(0);
  });
});
