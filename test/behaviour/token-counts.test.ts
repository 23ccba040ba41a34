/** Every answer's tokens are in the log, as the backend counted them, whether or not the client is shown them. */
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
import type { ConfigInput } from "../../src/config/schema.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream(() => {});
});
afterEach(() => upstream.stop());

const usage = { prompt_tokens: 30, completion_tokens: 40, total_tokens: 70 };
const usageEvent = (told: object | null) =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage: told })}\n\n`;
const chatStream = `${chatChunk("a")}${chatChunk("b")}${chatChunk("", "stop")}${usageEvent(usage)}data: [DONE]\n\n`;
const named = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const messageStream = [
  named("message_start", {
    message: { id: "msg_1", model: "m", usage: { input_tokens: 30, output_tokens: 1 } },
  }),
  named("content_block_delta", { index: 0, delta: { type: "text_delta", text: "a" } }),
  named("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 40 } }),
  named("message_stop", {}),
].join("");
const responseStream = [
  named("response.created", { response: { id: "resp_1", model: "m", usage: null } }),
  named("response.output_text.delta", { delta: "a" }),
  named("response.completed", {
    response: { id: "resp_1", model: "m", usage: { input_tokens: 30, output_tokens: 40 } },
  }),
].join("");

type Kind = NonNullable<NonNullable<ConfigInput["backends"]>[string]["type"]>;
const messages = [{ role: "user", content: "Hi" }];

describe("the log line at a request's end", () => {
  it.each<[string, Kind, string, object, object | string, [number | undefined, number | undefined]]>([
    ["a chat", "lmstudio", "chat/completions", { messages }, { ...Object(chatAnswer()), usage }, [30, 40]],
    ["a chat stream", "lmstudio", "chat/completions", { messages, stream: true }, chatStream, [30, 40]],
    [
      "a chat stream that nothing mends",
      "openai",
      "chat/completions",
      { messages, stream: true },
      chatStream,
      [30, 40],
    ],
    [
      "two choices, side by side",
      "lmstudio",
      "chat/completions",
      { messages, n: 2, stream: true },
      chatStream,
      [30, 80],
    ],
    [
      "a response made of chat chunks",
      "lmstudio",
      "responses",
      { input: "Hi", stream: true },
      chatStream,
      [30, 40],
    ],
    [
      "a response of the backend's own",
      "openai",
      "responses",
      { input: "Hi", stream: true },
      responseStream,
      [30, 40],
    ],
    [
      "a message stream",
      "lmstudio",
      "messages",
      { messages, max_tokens: 9, stream: true },
      messageStream,
      [30, 40],
    ],
    [
      "embeddings",
      "openai",
      "embeddings",
      { input: "Hi" },
      { object: "list", data: [], model: "m", usage: { prompt_tokens: 30, total_tokens: 30 } },
      [30, undefined],
    ],
    [
      "a stream that tells its counts with each chunk",
      "openai",
      "chat/completions",
      { messages, stream: true },
      `${chatChunk("a")}${usageEvent({ prompt_tokens: 30, completion_tokens: 1 })}${usageEvent({ prompt_tokens: 30, completion_tokens: 2 })}${chatChunk("", "stop")}${usageEvent(usage)}data: [DONE]\n\n`,
      [30, 40],
    ],
    [
      "a stream that tells none",
      "openai",
      "chat/completions",
      { messages, stream: true },
      `${chatChunk("a")}${chatChunk("", "stop")}data: [DONE]\n\n`,
      [undefined, undefined],
    ],
  ])("counts %s", async (_case, type, path, body, answer, [prompt, completion]) => {
    upstream.handle = (_request, response) => {
      if (typeof answer !== "string") return sendJson(response, 200, answer);
      startEvents(response);
      response.end(answer);
    };
    const app = createTestApp({
      backends: {
        box: { url: upstream.url, type, responses: type === "lmstudio" ? "translated" : "native" },
      },
      unknown_model: "passthrough",
    });
    const response = await app.request(`/v1/${path}`, {
      method: "POST",
      body: JSON.stringify({ model: "m", ...body }),
    });
    await response.text();
    const ends = app.events.filter(({ event }) => event === "request-end");
    expect(
      ends.map(({ fields }) => [fields["status"], fields["promptTokens"], fields["completionTokens"]]),
    ).toEqual([[200, prompt, completion]]);
  });
});
