/** Ollama's OpenAI endpoints, as they are known from its documents and its source. */
import { createEmbeddingsRoute } from "../../embeddings.ts";
import { contextLengthOf, modelsOfKind } from "../../models.ts";
import { estimateTokens } from "../../pieces.ts";
import { createResponsesRoute } from "../../responses.ts";
import { createTextRoute, withoutThoughts } from "../../text.ts";
import { createMixedId, createShortNumber } from "../../wire-id.ts";
import type { EmbeddingsEndpoint, ServerManners, TextEndpoint } from "../server-manners.ts";
import { routes } from "./models.ts";
import { failureEvent, malformedBody, refuse, refuseWith } from "./refusals.ts";
import { readChat, readCompletion, readEmbeddings, rules } from "./request.ts";
import { formatChat, formatChatEvents, formatCompletion, formatCompletionEvents } from "./wire.ts";

/** `num_ctx` where nobody set it; no field of these endpoints does. */
const contextLength = 4_096;

const chat: TextEndpoint = {
  createId: () => `chatcmpl-${createShortNumber()}`,
  read: readChat,
  whole: formatChat,
  events: formatChatEvents,
};

const completions: TextEndpoint = {
  createId: () => `cmpl-${createShortNumber()}`,
  read: readCompletion,
  whole: formatCompletion,
  events: formatCompletionEvents,
};

const embeddings: EmbeddingsEndpoint = {
  read: readEmbeddings,
  whole(model, vectors, { inputs }) {
    const tokens = inputs.reduce((sum, input) => sum + estimateTokens(input), 0);
    const data = vectors.map((embedding, index) => ({ object: "embedding", embedding, index }));
    return { object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  },
};

/** Ollama's manners. */
export const ollama: ServerManners = {
  generating: {
    "/v1/chat/completions": createTextRoute(chat),
    "/v1/completions": createTextRoute(completions, withoutThoughts),
    "/v1/embeddings": createEmbeddingsRoute(embeddings),
    // Stateless: `previous_response_id` is passed over.
    "/v1/responses": createResponsesRoute(rules),
  },
  routes,
  voice: {
    createCallId: () => `call_${createMixedId().slice(0, 8).toLowerCase()}`,
    isStructureInReasoning: false,
    keepsThinkTags: false,
    writeToolText: () => undefined,
  },
  // Pages of other hosts are turned away, even where the origin is `null` (ollama#6021, #3269).
  turnAway(headers) {
    const origin = headers.get("origin");
    const isKnown = origin === null || /^https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?$/.test(origin);
    return isKnown ? undefined : new Response(null, { status: 403 });
  },
  unknownRoute: () => new Response("404 page not found", { status: 404 }),
  malformedBody,
  chooseModel(kind, requested, all) {
    const bare = requested.replace(/:latest$/, "");
    const model = modelsOfKind(all, kind).find(({ id }) => id === requested || id === bare);
    if (model !== undefined) return model;
    const isOfOtherKind = all.some(({ id }) => id === bare);
    if (isOfOtherKind) throw refuseWith(400, `"${requested}" does not support ${kind}`);
    throw refuseWith(404, `model '${requested}' not found`);
  },
  admit(model, prompt, promptTokens) {
    if (model.hasToolsInText === true && prompt.tools.length > 0) {
      throw refuseWith(400, `registry.ollama.ai/library/${model.id} does not support tools`);
    }
    // What does not fit is cut off without a word (ollama#3839).
    return { promptTokens: Math.min(promptTokens, contextLength, contextLengthOf(model)) };
  },
  refuse,
  failureEvent,
  stamp(headers) {
    headers.delete("etag");
    if (headers.get("content-type")?.startsWith("application/json") === true) {
      headers.set("content-type", "application/json");
    }
  },
};
