/** While the backend is silent the line is kept alive; errors keep their status until the first heartbeat. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let answerNow: (() => void) | undefined;
beforeEach(async () => {
  upstream = await startUpstream(() => {});
});
afterEach(() => upstream.stop());

const appWith = (stream: { heartbeat?: number; idle_timeout?: number }, timeout = 30) =>
  createTestApp({ backends: { box: { url: upstream.url, timeout, type: "openai" } }, stream });

async function readUntil(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const result = await reader?.read();
    if (result === undefined || result.done) return text;
    text += result.value;
    if (isEnough(text)) answerNow?.();
  }
}

const countComments = (text: string) => text.split(": keep-alive\n\n").length - 1;

describe("heartbeats", () => {
  it("come as comments while the backend has not answered yet, then its answer follows", async () => {
    upstream.handle = (_request, response) => {
      answerNow = () => {
        answerNow = undefined;
        startEvents(response);
        response.end(`${chatChunk("a")}${chatChunk("", "stop")}data: [DONE]\n\n`);
      };
    };
    const response = await appWith({ heartbeat: 0.02 }).chat({ stream: true });
    expect(response.status).toBe(200);
    const text = await readUntil(response, (sofar) => countComments(sofar) >= 3);
    expect(countComments(text)).toBeGreaterThanOrEqual(3);
    expect(text.replaceAll(": keep-alive\n\n", "")).toBe(
      `${chatChunk("a", null, "gpt-4o")}${chatChunk("", "stop", "gpt-4o")}data: [DONE]\n\n`,
    );
  });

  it("come between frames when the backend pauses in the middle, even of a frame", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      const frame = chatChunk("second");
      response.write(chatChunk("first") + frame.slice(0, 20));
      answerNow = () => {
        answerNow = undefined;
        response.end(`${frame.slice(20)}${chatChunk("", "stop")}data: [DONE]\n\n`);
      };
    };
    const response = await appWith({ heartbeat: 0.02 }).chat({ stream: true });
    const text = await readUntil(response, (sofar) => countComments(sofar) >= 2);
    expect(text.replaceAll(": keep-alive\n\n", "")).toBe(
      `${chatChunk("first", null, "gpt-4o")}${chatChunk("second", null, "gpt-4o")}${chatChunk("", "stop", "gpt-4o")}data: [DONE]\n\n`,
    );
  });

  it("leave an error that comes before them its HTTP status", async () => {
    upstream.handle = (_request, response) =>
      sendJson(response, 400, { error: "'messages' must be an array" });
    const response = await appWith({ heartbeat: 5 }).chat({ stream: true });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "messages" } });
  });

  it("turn a later error into an error event", async () => {
    upstream.handle = (_request, response) => {
      answerNow = () => {
        answerNow = undefined;
        sendJson(response, 400, { error: "'messages' must be an array" });
      };
    };
    const response = await appWith({ heartbeat: 0.02 }).chat({ stream: true });
    expect(response.status).toBe(200);
    const text = await readUntil(response, (sofar) => countComments(sofar) >= 1);
    expect(text).toContain(
      'data: {"error":{"message":"\'messages\' must be an array","type":"invalid_request_error"',
    );
    expect(text).not.toContain("[DONE]");
  });

  it("do not come with heartbeat 0", async () => {
    upstream.handle = (_request, response) => {
      setTimeout(() => sendJson(response, 503, { error: "busy" }), 60);
    };
    expect((await appWith({ heartbeat: 0 }).chat({ stream: true })).status).toBe(503);
  });
});

describe("time limits", () => {
  it("answers 504 when no first byte comes within timeout", async () => {
    const response = await appWith({}, 0.05).chat({});
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({
      error: { code: "backend_timeout", message: expect.stringContaining("backends.box.timeout") },
    });
  });

  it("answers 504 when headers come but no first frame", async () => {
    upstream.handle = (_request, response) => startEvents(response);
    expect((await appWith({}, 0.05).chat({ stream: true })).status).toBe(504);
    await (
      await upstream.received(0)
    ).closed;
  });

  it("ends a stream with an error when the backend falls silent for idle_timeout", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    };
    const text = await (await appWith({ idle_timeout: 0.05 }).chat({ stream: true })).text();
    expect(text).toContain('"code":"backend_stalled"');
    await (
      await upstream.received(0)
    ).closed;
  });

  it("does not take a slow client for a silent backend", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      for (let index = 0; index < 2_000; index++) response.write(chatChunk("x".repeat(2_000)));
      response.end(`${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const response = await appWith({ idle_timeout: 1 }).chat({ stream: true });
    const reader = response.body?.getReader();
    for (let pause = 0; pause < 10; pause++) {
      await reader?.read();
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    let text = "";
    const decoder = new TextDecoder();
    for (;;) {
      const result = await reader?.read();
      if (result === undefined || result.done) break;
      text = (text + decoder.decode(result.value, { stream: true })).slice(-200);
    }
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("streams an answer that the backend gives in one piece, a late one too", async () => {
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer("All at once."));
    for (const heartbeat of [15, 0.01]) {
      const response = await appWith({ heartbeat }).chat({ stream: true });
      const text = await response.text();
      expect(text).toContain("All at once.");
      expect(text).toMatch(/data: \[DONE\]\n\n$/);
    }
  });
});
