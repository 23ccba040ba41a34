/** vLLM, as it is known from its documents, its source and from reports. */
import { createEmbeddingsRoute } from "../../embeddings.ts";
import { jsonResponse } from "../../json-response.ts";
import { contextLengthOf, modelsOfKind } from "../../models.ts";
import { estimateTokens } from "../../pieces.ts";
import { createResponsesRoute } from "../../responses.ts";
import { respondJson } from "../../respond.ts";
import { createTextRoute, withoutThoughts } from "../../text.ts";
import { createHexId } from "../../wire-id.ts";
import type { EmbeddingsEndpoint, Respond, ServerManners, TextEndpoint } from "../server-manners.ts";
import { formatChat, formatChatEvents } from "./chat-wire.ts";
import { formatCompletion, formatCompletionEvents } from "./completions-wire.ts";
import { failureEvent, malformedBody, overflow, refuse, refuseWith } from "./refusals.ts";
import { readChat, readCompletion, readEmbeddings, rules } from "./request.ts";

const chat: TextEndpoint = {
  createId: () => createHexId("chatcmpl-"),
  read: readChat,
  whole: formatChat,
  events: formatChatEvents,
};

const completions: TextEndpoint = {
  createId: () => createHexId("cmpl-"),
  read: readCompletion,
  whole: formatCompletion,
  events: formatCompletionEvents,
};

const embeddings: EmbeddingsEndpoint = {
  read: readEmbeddings,
  whole(model, vectors, { inputs }, created) {
    const tokens = inputs.reduce((sum, input) => sum + estimateTokens(input), 0);
    return {
      id: createHexId("embd-"),
      object: "list",
      created,
      model,
      data: vectors.map((embedding, index) => ({ index, object: "embedding", embedding })),
      usage: {
        prompt_tokens: tokens,
        total_tokens: tokens,
        completion_tokens: 0,
        prompt_tokens_details: null,
      },
    };
  },
};

const listModels: Respond = (context, box) => {
  const created = Math.floor(box.timing.now() / 1_000);
  const data = box.memory.models.map((model) => ({
    id: model.id,
    object: "model",
    created,
    owned_by: "vllm",
    root: model.id,
    parent: null,
    max_model_len: contextLengthOf(model),
    permission: [],
  }));
  return respondJson(context, box, { object: "list", data });
};

/** vLLM's manners. */
export const vllm: ServerManners = {
  generating: {
    "/v1/chat/completions": createTextRoute(chat),
    "/v1/completions": createTextRoute(completions, withoutThoughts),
    "/v1/embeddings": createEmbeddingsRoute(embeddings),
    "/v1/responses": createResponsesRoute(rules),
  },
  routes: [
    { method: "GET", path: "/v1/models", respond: listModels },
    { method: "GET", path: "/health", respond: async () => new Response(null) },
    {
      method: "GET",
      path: "/version",
      respond: (context, box) => respondJson(context, box, { version: "0.11.2" }),
    },
  ],
  voice: {
    createCallId: () => createHexId("chatcmpl-tool-"),
    isStructureInReasoning: false,
    // Without a parser for the model's own thoughts and calls both stay where they were written.
    keepsThinkTags: true,
    writeToolText: (name, args) =>
      `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${args}}\n</tool_call>`,
  },
  unknownRoute: () => jsonResponse(JSON.stringify({ detail: "Not Found" }), 404),
  malformedBody,
  chooseModel(kind, requested, all) {
    const model = modelsOfKind(all, kind).find(({ id }) => id === requested);
    if (model === undefined) throw refuseWith(404, `The model \`${requested}\` does not exist.`);
    return model;
  },
  admit(model, prompt, promptTokens) {
    const length = contextLengthOf(model);
    const wanted = Number.isFinite(prompt.maxTokens) ? prompt.maxTokens : 0;
    if (promptTokens + wanted > length) throw overflow(promptTokens, prompt.maxTokens, length);
    if (model.type !== "vlm" && prompt.turns.some(({ imageCount }) => imageCount > 0)) {
      throw refuseWith(400, `${model.id} is not a multimodal model`);
    }
    return { promptTokens };
  },
  refuse,
  failureEvent,
  stamp(headers) {
    headers.delete("etag");
    headers.set("server", "uvicorn");
    const type = headers.get("content-type") ?? "";
    if (type.startsWith("application/json")) headers.set("content-type", "application/json");
    if (type.startsWith("text/event-stream")) headers.set("content-type", "text/event-stream; charset=utf-8");
  },
};
