/** An overflow that LM Studio hides as an empty success is an HTTP error to the client, streams included. */
import { afterEach, expect, it } from "vitest";
import { type FakeUpstream, sendJson, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
afterEach(() => upstream.stop());

const usage = { prompt_tokens: 2_048, completion_tokens: 0, total_tokens: 2_048 };
const head = { id: "c", object: "chat.completion.chunk", created: 1, model: "local-chat" };
const frames = [
  { ...head, choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: null }] },
  { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { ...head, choices: [], usage },
];

async function startBox() {
  upstream = await startUpstream((request, response) => {
    if (request.url === "/api/v1/models") {
      const instances = [{ id: "local-chat", config: { context_length: 2_048, parallel: 4 } }];
      const models = [{ key: "local-chat", type: "llm", loaded_instances: instances }];
      return sendJson(response, 200, { models });
    }
    const { stream } = JSON.parse(request.body.toString()) as { stream?: boolean };
    if (stream !== true) {
      const message = { role: "assistant", content: "", tool_calls: [] };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return sendJson(response, 200, { ...head, object: "chat.completion", choices, usage });
    }
    startEvents(response);
    for (const frame of frames) response.write(`data: ${JSON.stringify(frame)}\n\n`);
    response.end("data: [DONE]\n\n");
  });
  upstream.models = undefined;
  return upstream.url;
}

it.each([
  ["whole", "told by the box", false, {}],
  ["streamed", "told by the box", true, {}],
  ["streamed", "told by the operator", true, { model_options: { "local-*": { context_length: 2_000 } } }],
])("a %s answer, with the context %s", async (_form, _source, stream, options) => {
  const url = await startBox();
  const app = createTestApp({
    backends: { box: { url } },
    model_mapping: { "gpt-4o": "local-chat" },
    ...options,
  });
  if (!("model_options" in options)) await app.request("/v1/models");
  const response = await app.chat({ stream });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: "context_length_exceeded", param: "messages" },
  });
});
