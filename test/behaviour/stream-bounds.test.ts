/** A stream past its bounds ends with an error event, without a false [DONE], and lets the backend go. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatChunk, type FakeUpstream, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => {
    startEvents(response);
    response.write(chatChunk("a"));
  });
});
afterEach(() => upstream.stop());

const overdue = "The answer was ended after 0.05 seconds";

describe("limits.stream_seconds", () => {
  it.each([
    ["one choice", {}, 1],
    ["several choices, side by side", { n: 2 }, 2],
  ])("ends %s that takes longer", async (_case, body, requests) => {
    const app = createTestApp({
      backends: { box: { url: upstream.url } },
      limits: { stream_seconds: 0.05 },
    });
    const text = await (await app.chat({ stream: true, ...body })).text();
    expect(text).toContain('"content":"a"');
    const last = text.trim().split("\n\n").at(-1) ?? "";
    expect(JSON.parse(last.replace("data: ", ""))).toMatchObject({
      error: { message: expect.stringContaining(overdue), code: "stream_too_long" },
    });
    expect(text).not.toContain("[DONE]");
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    expect(upstream.requests).toHaveLength(requests);
    expect(await app.inFlight()).toBe(0);
    const ends = app.events.filter(({ event }) => event === "request-end");
    expect(ends.map(({ fields }) => fields["outcome"])).toEqual(["faulted"]);
    expect(ends[0]?.fields["problem"]).toBe("stream_too_long");
  });

  it("leaves one alone that ends in time, and its timer with it", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(`${chatChunk("a")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const timers = new Set<number>();
    const app = createTestApp(
      { backends: { box: { url: upstream.url } }, limits: { stream_seconds: 77 } },
      {
        setTimer(callback, delayMs) {
          const timer = setTimeout(callback, delayMs);
          timers.add(delayMs);
          return () => {
            timers.delete(delayMs);
            clearTimeout(timer);
          };
        },
      },
    );
    const text = await (await app.chat({ stream: true })).text();
    expect(text).toContain("data: [DONE]");
    expect(timers.has(77_000)).toBe(false);
  });
});

describe("limits.stream_bytes", () => {
  it.each([
    ["grows larger", 1],
    ["is larger at once", 200],
  ])("ends a stream that %s", async (_case, framesAtOnce) => {
    const frame = chatChunk("x".repeat(100));
    upstream.handle = (_request, response) => {
      startEvents(response);
      let left = 200;
      const send = () => {
        if (left <= 0) return void response.end(`${chatChunk("", "stop")}data: [DONE]\n\n`);
        left -= framesAtOnce;
        response.write(frame.repeat(framesAtOnce), () => setImmediate(send));
      };
      send();
    };
    const app = createTestApp({
      backends: { box: { url: upstream.url } },
      limits: { stream_bytes: 5_000 },
    });
    const text = await (await app.chat({ stream: true })).text();
    expect(text.length).toBeLessThan(5_500);
    expect(text.includes("xxx")).toBe(framesAtOnce === 1);
    expect(text).toContain("The answer was ended at 5000 bytes");
    expect(text).not.toContain("[DONE]");
    expect(await app.inFlight()).toBe(0);
  });
});
