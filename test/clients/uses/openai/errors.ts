/** What the newest `openai` throws, class by class. */
import OpenAI from "openai";
import { expect } from "vitest";
import { failing, messages, type UsesOf } from "../subject.ts";

// Slow enough that the first pieces are out before the failure.
const paced = { "x-simulator-after": "4", "x-simulator-token-delay-ms": "10" };
const streamed = { messages, stream: true } as const;

/** Ways of a backend to fail before it says anything. */
const failures = [
  "status-500",
  "status-503-html",
  "empty-500",
  "error-200",
  "error-object-200",
  "unauthorized",
];
/** And in the middle of a stream. */
const breaks = ["stream-error", "cut", "end-early", "malformed"];

type Use = UsesOf<OpenAI>[string];

function failAs(fault: string): Use {
  return async (client, { chatModel }) => {
    const asked = client.chat.completions.create({ model: chatModel, messages }, { headers: failing(fault) });
    // Whatever the backend has against the proxy, it is no fault of the client's.
    await expect(asked).rejects.toThrow(OpenAI.InternalServerError);
    await expect(asked).rejects.toMatchObject({
      type: expect.any(String),
      message: expect.not.stringMatching(/<html|status code \(no body\)/),
    });
  };
}

function breakAs(fault: string): Use {
  return async (client, { chatModel }) => {
    const stream = await client.chat.completions.create(
      { model: chatModel, ...streamed },
      { headers: { ...failing(fault), ...paced } },
    );
    await expect(Array.fromAsync(stream)).rejects.toThrow(OpenAI.APIError);
  };
}

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const errorUses: UsesOf<OpenAI> = {
  ...Object.fromEntries(failures.map((fault) => [`a backend that fails: ${fault}`, failAs(fault)])),
  ...Object.fromEntries(breaks.map((fault) => [`a stream that breaks: ${fault}`, breakAs(fault)])),
  async "a model that nobody has, in a chat"(client) {
    for (const stream of [false, true]) {
      const asked = client.chat.completions.create({ model: "nobody", messages, stream });
      await expect(asked).rejects.toThrow(OpenAI.NotFoundError);
      await expect(asked).rejects.toMatchObject({
        code: "model_not_found",
        type: "invalid_request_error",
        requestID: expect.stringMatching(/^req_/),
      });
    }
  },
  async "a bad request with its parameter"(client, { chatModel }) {
    const asked = client.chat.completions.create({ model: chatModel, messages: [] });
    await expect(asked).rejects.toThrow(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({ type: "invalid_request_error", param: "messages" });
  },
  async "a bad request of embeddings"(client, { embeddingModel }) {
    const asked = client.embeddings.create({ model: embeddingModel, input: "a", dimensions: 0 });
    await expect(asked).rejects.toThrow(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({ type: "invalid_request_error", param: "dimensions" });
  },
  async "a backend that has too much to do"(client, { chatModel }) {
    const asked = client.chat.completions.create(
      { model: chatModel, messages },
      { headers: failing("rate-limit") },
    );
    await expect(asked).rejects.toThrow(OpenAI.RateLimitError);
    await expect(asked).rejects.toMatchObject({ type: expect.any(String) });
  },
  async "a failure that cannot get better, asked for once"(_, { baseURL, apiKey, chatModel }) {
    let attempts = 0;
    // With the SDK's own retries, which the proxy can call off by a header.
    const client = new OpenAI({
      baseURL,
      apiKey,
      fetch(url, init) {
        attempts++;
        return fetch(url, init);
      },
    });
    const asked = client.chat.completions.create(
      { model: chatModel, messages },
      { headers: failing("unauthorized") },
    );
    await expect(asked).rejects.toThrow(OpenAI.InternalServerError);
    expect(attempts).toBe(1);
  },
  async "a prompt that is too long, before the stream begins"(client, { chatModel }) {
    const asked = client.chat.completions.create(
      { model: chatModel, ...streamed },
      { headers: failing("overflow-first") },
    );
    await expect(asked).rejects.toThrow(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({ code: "context_length_exceeded" });
  },
  async "a request that is called off before its answer, and the next one"(client, { chatModel }) {
    const controller = new AbortController();
    const asked = client.chat.completions.create(
      { model: chatModel, messages },
      { headers: failing("hang"), signal: controller.signal },
    );
    controller.abort();
    await expect(asked).rejects.toThrow(OpenAI.APIUserAbortError);
    const next = await client.chat.completions.create({ model: chatModel, messages });
    expect(next.choices[0]?.message.content).toContain("Paris");
  },
  async "a request that takes too long"(client, { chatModel }) {
    const asked = client.chat.completions.create(
      { model: chatModel, messages },
      { headers: failing("hang"), timeout: 50 },
    );
    await expect(asked).rejects.toThrow(OpenAI.APIConnectionTimeoutError);
  },
};
