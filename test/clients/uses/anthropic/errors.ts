/** What Anthropic's SDK throws, class by class, and what it can only be refused. */
import Anthropic from "@anthropic-ai/sdk";
import { expect } from "vitest";
import { failing, type UsesOf } from "../subject.ts";
import { hasMessages, model, request } from "./ask.ts";

/** Each throws where the SDK's user would not get what Anthropic gives. */
export const errorUses: UsesOf<Anthropic> = {
  async "a model that nobody has"(client) {
    const asked = client.messages.create({ ...request, model: "nobody" });
    await expect(asked).rejects.toThrow(Anthropic.NotFoundError);
    await expect(asked).rejects.toThrow(/nobody/);
  },
  async "a bad request"(client) {
    const asked = client.messages.create({ ...request, messages: [] });
    await expect(asked).rejects.toThrow(Anthropic.BadRequestError);
    await expect(asked).rejects.toThrow(/messages/);
  },
  async "a backend that has too much to do"(client) {
    const asked = client.messages.create(request, { headers: failing("rate-limit") });
    await expect(asked).rejects.toThrow(Anthropic.RateLimitError);
  },
  async "a backend that fails with a page"(client) {
    const asked = client.messages.create(request, { headers: failing("status-503-html") });
    await expect(asked).rejects.toThrow(Anthropic.InternalServerError);
    await expect(asked).rejects.toThrow(/^(?!.*<html)/s);
  },
  async "a stream that breaks"(client) {
    const stream = client.messages.stream(request, {
      headers: { ...failing("cut"), "x-simulator-after": "4", "x-simulator-token-delay-ms": "10" },
    });
    await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIError);
  },
};

/** For every kind of backend: what it does not have is refused in words. */
export const refusalUses: UsesOf<Anthropic> = {
  async "messages, or a clear refusal where the backend has none"(client, place) {
    const asked = client.messages.create(request);
    if (hasMessages(place)) return void expect((await asked).model).toBe(model);
    await expect(asked).rejects.toThrow(Anthropic.NotFoundError);
    await expect(asked).rejects.toThrow(/Invalid URL \(POST \/v1\/messages\)/);
  },
  async "the count of tokens, or a clear refusal where the backend has none"(client, { kind }) {
    const asked = client.messages.countTokens({ model, messages: request.messages });
    // LM Studio lists no such endpoint.
    if (kind === "llama-server") return void expect((await asked).input_tokens).toBeGreaterThan(0);
    await expect(asked).rejects.toThrow(Anthropic.NotFoundError);
    await expect(asked).rejects.toThrow(/\/v1\/messages\/count_tokens/);
  },
};

/** In the form that Anthropic gives its errors, which the SDK hands out as `error`. */
export const formUses: UsesOf<Anthropic> = {
  async "an error in Anthropic's own form"(client) {
    const asked = client.messages.create({ ...request, model: "nobody" });
    await expect(asked).rejects.toMatchObject({
      error: { type: "error", error: { type: "not_found_error", message: expect.any(String) } },
      requestID: expect.any(String),
    });
  },
};
