/** /v1/responses on backends that have it well, badly or not at all. */
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream | undefined;
afterEach(() => upstream?.stop());

const chatOnly: UpstreamHandler = (request, response) => {
  if (request.url !== "/v1/chat/completions") {
    sendJson(response, 200, { error: `Unexpected endpoint or method. (${request.method} ${request.url})` });
    return;
  }
  const { stream, messages } = JSON.parse(request.body.toString()) as {
    stream?: boolean;
    messages: unknown[];
  };
  const text = `Answer to ${messages.length} messages.`;
  if (stream !== true) return sendJson(response, 200, chatAnswer(text));
  startEvents(response);
  response.end(`${chatChunk(text)}${chatChunk("", "stop")}data: [DONE]\n\n`);
};

type BackendInput = NonNullable<ConfigInput["backends"]>[string];

async function start(
  handle: UpstreamHandler,
  backend: Partial<BackendInput> = {},
  config: Partial<ConfigInput> = {},
  overrides = {},
): Promise<{ app: TestApp; upstream: FakeUpstream; client: OpenAI }> {
  const started = await startUpstream(handle);
  upstream = started;
  const app = createTestApp(
    {
      backends: { box: { url: started.url, type: "ollama", ...backend } },
      model_mapping: { "gpt-4o": "local-chat" },
      ...config,
    },
    overrides,
  );
  const client = new OpenAI({
    baseURL: "http://proxy.test/v1",
    apiKey: "sk-one-0123456789abcdef",
    maxRetries: 0,
    fetch: (input, init) => app.request(new URL(String(input)).pathname, init),
  });
  return { app, upstream: started, client };
}

const sentTo = ({ requests }: FakeUpstream) => requests.map(({ url }) => url);
const bodyOf = ({ requests }: FakeUpstream, index: number) =>
  JSON.parse(requests[index]?.body.toString() ?? "null") as { messages: unknown[]; model: string };

describe("on a backend that keeps no responses", () => {
  it("is translated to its chat completions, under the name that was asked for", async () => {
    const { client, upstream: box } = await start(chatOnly);
    const response = await client.responses.create({
      model: "gpt-4o",
      input: "Hi",
      instructions: "Be kind.",
    });
    expect(response).toMatchObject({
      model: "gpt-4o",
      status: "completed",
      output_text: "Answer to 2 messages.",
      previous_response_id: null,
    });
    expect(sentTo(box)).toEqual(["/v1/chat/completions"]);
    expect(bodyOf(box, 0)).toMatchObject({
      model: "local-chat",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
      ],
    });
  });

  it("streams every event by name and number, and no [DONE]", async () => {
    const { app } = await start(chatOnly);
    const answer = await app.request("/v1/responses", {
      method: "POST",
      body: JSON.stringify({ model: "gpt-4o", input: "Hi", stream: true }),
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const frames = (await answer.text()).trimEnd().split("\n\n");
    const events = frames.map((frame) => {
      const [name, data] = frame.split("\n");
      const parsed = JSON.parse(data?.slice("data: ".length) ?? "") as {
        type: string;
        sequence_number: number;
      };
      expect(name).toBe(`event: ${parsed.type}`);
      return parsed;
    });
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(
      events.map((_event, index) => index),
    );
    expect(events.map(({ type }) => type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  it.each(["whole", "streamed"])("goes on from a %s response by its id", async (form) => {
    const { client, upstream: box } = await start(chatOnly);
    const asked = { model: "gpt-4o", input: "One" };
    const first =
      form === "whole"
        ? await client.responses.create(asked)
        : await client.responses.stream(asked).finalResponse();
    const second = await client.responses.create({
      model: "gpt-4o",
      input: "Two",
      previous_response_id: first.id,
    });
    const third = await client.responses.create({
      model: "gpt-4o",
      input: "Three",
      previous_response_id: second.id,
    });
    expect(third.previous_response_id).toBe(second.id);
    expect(bodyOf(box, 2).messages).toEqual([
      { role: "user", content: "One" },
      { role: "assistant", content: "Answer to 1 messages." },
      { role: "user", content: "Two" },
      { role: "assistant", content: "Answer to 3 messages." },
      { role: "user", content: "Three" },
    ]);
  });

  it("keeps nothing that was not to be stored, and says what to do", async () => {
    const { client } = await start(chatOnly);
    const { id } = await client.responses.create({ model: "gpt-4o", input: "One", store: false });
    await expect(
      client.responses.create({ model: "gpt-4o", input: "Two", previous_response_id: id }),
    ).rejects.toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
      message: expect.stringContaining("Send the whole conversation"),
    });
  });

  it("forgets a response after its lifetime, which each use begins anew", async () => {
    let now = 1_000_000;
    const { client } = await start(chatOnly, {}, { responses: { lifetime: 60 } }, { now: () => now });
    const { id } = await client.responses.create({ model: "gpt-4o", input: "One" });
    now += 59_000;
    await client.responses.retrieve(id);
    now += 59_000;
    await client.responses.create({ model: "gpt-4o", input: "Two", previous_response_id: id });
    now += 61_000;
    await expect(
      client.responses.create({ model: "gpt-4o", input: "Three", previous_response_id: id }),
    ).rejects.toMatchObject({ code: "previous_response_not_found" });
  });

  it("gives a kept response and its input back, until it is deleted", async () => {
    const { client } = await start(chatOnly);
    const made = await client.responses.create({ model: "gpt-4o", input: "One" });
    expect((await client.responses.retrieve(made.id)).output_text).toBe("Answer to 1 messages.");
    const items = await client.responses.inputItems.list(made.id);
    expect(items.data).toMatchObject([
      { type: "message", role: "user", content: [{ type: "input_text", text: "One" }] },
    ]);
    await client.responses.delete(made.id);
    await expect(client.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it("puts an item in the place of a reference to it, and knows no other", async () => {
    const { client, upstream: box } = await start(chatOnly);
    const first = await client.responses.create({ model: "gpt-4o", input: "One" });
    const id = first.output[0]?.id ?? "";
    await client.responses.create({
      model: "gpt-4o",
      input: [
        { role: "user", content: "One" },
        { type: "item_reference", id },
        { role: "user", content: "Two" },
      ],
    });
    expect(bodyOf(box, 1).messages).toEqual([
      { role: "user", content: "One" },
      { role: "assistant", content: "Answer to 1 messages." },
      { role: "user", content: "Two" },
    ]);
    await expect(
      client.responses.create({ model: "gpt-4o", input: [{ type: "item_reference", id: "msg_nowhere" }] }),
    ).rejects.toMatchObject({ status: 404, param: "input" });
  });

  it("shows one key's responses to no other", async () => {
    const { client } = await start(
      chatOnly,
      {},
      {
        authentication: {
          enabled: true,
          valid_api_keys: ["sk-one-0123456789abcdef", "sk-two-0123456789abcdef"],
        },
      },
    );
    const { id } = await client.responses.create({ model: "gpt-4o", input: "Secret" });
    const other = client.withOptions({ apiKey: "sk-two-0123456789abcdef" });
    await expect(other.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(
      other.responses.create({ model: "gpt-4o", input: "And?", previous_response_id: id }),
    ).rejects.toMatchObject({ code: "previous_response_not_found" });
    expect((await client.responses.retrieve(id)).id).toBe(id);
  });

  it("ends a stream that breaks off with response.failed, and keeps nothing of it", async () => {
    const { client } = await start((request, response, raw) => {
      if (request.method === "GET") return chatOnly(request, response, raw);
      startEvents(response);
      response.write(chatChunk("Half an ans"), () => response.destroy());
    });
    const events = await Array.fromAsync(
      await client.responses.create({ model: "gpt-4o", input: "Hi", stream: true }),
    );
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "server_error" } },
    });
    const id = last?.type === "response.failed" ? last.response.id : "";
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  it("keeps the HTTP status of an error before the first event", async () => {
    const { client } = await start((_request, response) =>
      sendJson(response, 400, { error: { message: "n_ctx is too small", type: "x", code: 400 } }),
    );
    await expect(
      client.responses.create({ model: "gpt-4o", input: "Hi", stream: true }),
    ).rejects.toMatchObject({ status: 400, code: "context_length_exceeded" });
  });
});

const nativeResponse = (request: { body: Buffer }) => ({
  id: "resp_box",
  object: "response",
  status: "completed",
  model: (JSON.parse(request.body.toString()) as { model: string }).model,
  output: [],
});

const native: UpstreamHandler = (request, response, raw) =>
  request.url === "/v1/responses"
    ? sendJson(response, 200, nativeResponse(request))
    : chatOnly(request, response, raw);

describe("on a backend that keeps responses", () => {
  it.each(["lmstudio", "openai"] as const)("goes to the endpoint of %s itself", async (type) => {
    const { client, upstream: box } = await start(native, { type });
    const response = await client.responses.create({
      model: "gpt-4o",
      input: "Hi",
      ...(type === "openai" ? { previous_response_id: "resp_before" } : {}),
    });
    expect(response).toMatchObject({ id: "resp_box", model: "gpt-4o" });
    expect(sentTo(box)).toEqual(["/v1/responses"]);
  });

  it("lets LM Studio's own response be read, and gone on from by translation", async () => {
    const { client, upstream: box } = await start(native, { type: "lmstudio" });
    const { id } = await client.responses.create({ model: "gpt-4o", input: "One" });
    expect(await client.responses.retrieve(id)).toMatchObject({ id: "resp_box", model: "gpt-4o" });
    await client.responses.create({ model: "gpt-4o", input: "Two", previous_response_id: id });
    expect(sentTo(box)).toEqual(["/v1/responses", "/v1/chat/completions"]);
    expect(bodyOf(box, 1).messages).toEqual([
      { role: "user", content: "One" },
      { role: "user", content: "Two" },
    ]);
  });

  it("is translated all the same where LM Studio would ignore the format", async () => {
    const { client, upstream: box } = await start(native, { type: "lmstudio" });
    await client.responses.create({
      model: "gpt-4o",
      input: "Hi",
      text: { format: { type: "json_schema", name: "n", schema: { type: "object" } } },
    });
    expect(sentTo(box)).toEqual(["/v1/chat/completions"]);
  });

  it("is translated from then on where the backend turns out not to have it", async () => {
    const { client, upstream: box } = await start(chatOnly, { type: "lmstudio" });
    const first = await client.responses.create({ model: "gpt-4o", input: "One" });
    expect(first.output_text).toBe("Answer to 1 messages.");
    await client.responses.create({ model: "gpt-4o", input: "Two", previous_response_id: first.id });
    await client.responses.create({ model: "gpt-4o", input: "Anew" });
    expect(sentTo(box)).toEqual(["/v1/responses", ...Array<string>(3).fill("/v1/chat/completions")]);
  });

  it.each([
    ["native", "ollama", "/v1/responses"],
    ["translated", "openai", "/v1/chat/completions"],
  ] as const)("is %s where the operator says so", async (responses, type, path) => {
    const { client, upstream: box } = await start(native, { type, responses });
    await client.responses.create({ model: "gpt-4o", input: "Hi" });
    expect(sentTo(box)).toEqual([path]);
  });
});

describe("an answer in one piece to a request for a stream", () => {
  it.each(["lmstudio", "openai"] as const)("reaches the client of %s as a stream", async (type) => {
    const { client } = await start(
      (_request, response) => sendJson(response, 200, chatAnswer("All at once.")),
      {
        type,
      },
    );
    const stream = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("All at once.");
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(["stop"]);
    expect(new Set(chunks.map(({ model, object }) => `${model} ${object}`))).toEqual(
      new Set(["gpt-4o chat.completion.chunk"]),
    );
  });
});
