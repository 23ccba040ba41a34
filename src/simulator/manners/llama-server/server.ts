/** llama-server, as it was recorded. */
import { createEmbeddingsRoute } from "../../embeddings.ts";
import { errorResponse } from "../../json-response.ts";
import { createCountTokensRoute, createMessagesRoute } from "../../messages.ts";
import { contextLengthOf, modelsOfKind } from "../../models.ts";
import type { RequestRules } from "../../request-rules.ts";
import { createResponsesRoute } from "../../responses.ts";
import { createTextRoute, withoutThoughts } from "../../text.ts";
import { createMixedId } from "../../wire-id.ts";
import { estimateTokens } from "../../pieces.ts";
import type { EmbeddingsEndpoint, Respond, ServerManners, TextEndpoint } from "../server-manners.ts";
import { formatChat, formatChatEvents } from "./chat-wire.ts";
import { formatCompletion, formatCompletionEvents } from "./completions-wire.ts";
import { routes } from "./models.ts";
import { failureEvent, malformedBody, overflow, refuse, refuseEarly, refuseWith } from "./refusals.ts";
import { readChat, readCompletion, readEmbeddings, rules } from "./request.ts";
import { responsesWire } from "./responses-wire.ts";

const createId = () => createMixedId("chatcmpl-");

const chat: TextEndpoint = { createId, read: readChat, whole: formatChat, events: formatChatEvents };

/** The id's prefix is chat's: the mend `answer-envelope` (recorded: completion). */
const completions: TextEndpoint = {
  createId,
  read: readCompletion,
  whole: formatCompletion,
  events: formatCompletionEvents,
};

const embeddings: EmbeddingsEndpoint = {
  read: readEmbeddings,
  whole(model, vectors, { inputs, isBase64 }) {
    const tokens = inputs.reduce((sum, input) => sum + estimateTokens(input), 0);
    const format = isBase64 ? { encoding_format: "base64" } : {};
    const data = vectors.map((embedding, index) => ({ embedding, index, object: "embedding", ...format }));
    return { model, object: "list", usage: { prompt_tokens: tokens, total_tokens: tokens }, data };
  },
};

/** What is missing from a message is the server's fault, as its handler sees it (recorded: messages-bad). */
const messagesRules: RequestRules = {
  ...rules,
  refuse: (message) => refuseWith(500, message, "server_error"),
};
const messages = createMessagesRoute(messagesRules, { createId, tellsCache: true });

/** Nothing is stored (recorded: responses-previous-id). */
const responses: Respond = createResponsesRoute(rules, responsesWire, (body) => {
  if (body["previous_response_id"] === undefined || body["previous_response_id"] === null) return;
  throw refuseWith(400, "llama.cpp does not support 'previous_response_id'.");
});

/** llama-server's manners. */
export const llamaServer: ServerManners = {
  generating: {
    "/v1/chat/completions": createTextRoute(chat),
    "/v1/completions": createTextRoute(completions, withoutThoughts),
    "/v1/embeddings": createEmbeddingsRoute(embeddings),
    "/v1/responses": responses,
    "/v1/messages": messages,
  },
  routes: [
    ...routes,
    { method: "POST", path: "/v1/messages/count_tokens", respond: createCountTokensRoute(messagesRules) },
  ],
  voice: {
    createCallId: () => createMixedId(),
    isStructureInReasoning: false,
    keepsThinkTags: false,
    writeToolText: () => undefined,
  },
  unknownRoute: () => errorResponse(404, refuseEarly(404, "File Not Found", "not_found_error").error),
  malformedBody,
  // The name is ignored (recorded: chat-model-unknown): a known one is found, as router mode does, else the first answers.
  chooseModel(kind, requested, all) {
    const models = modelsOfKind(all, kind);
    const model = models.find(({ id }) => id === requested) ?? models[0];
    if (model === undefined) throw refuseWith(501, `This server does not support ${kind}.`, "server_error");
    return model;
  },
  admit(model, prompt, promptTokens) {
    if (promptTokens > contextLengthOf(model)) throw overflow(promptTokens, contextLengthOf(model));
    if (model.type !== "vlm" && prompt.turns.some(({ imageCount }) => imageCount > 0)) {
      const hint = "hint: if this is unexpected, you may need to provide the mmproj";
      throw refuseWith(500, `image input is not supported - ${hint}`, "server_error");
    }
    return { promptTokens };
  },
  refuse,
  failureEvent,
  stamp(headers) {
    headers.delete("etag");
    headers.set("server", "llama.cpp");
    headers.set("access-control-allow-origin", "");
    if (headers.get("content-type")?.startsWith("text/event-stream") === true) {
      headers.set("x-accel-buffering", "no");
      headers.delete("cache-control");
    }
  },
};
