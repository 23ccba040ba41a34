/** LM Studio, as it is known from its documents and from reports. */
import { createEmbeddingsRoute } from "../../embeddings.ts";
import { errorResponse } from "../../json-response.ts";
import { createMessagesRoute } from "../../messages.ts";
import { contextLengthOf, modelsOfKind, type SimulatedModel } from "../../models.ts";
import { createResponsesRoute } from "../../responses.ts";
import { createTextRoute, withoutThoughts } from "../../text.ts";
import { createToolCallId, createWireId } from "../../wire-id.ts";
import type { ServerManners, TextEndpoint } from "../server-manners.ts";
import { readChat } from "./chat-request.ts";
import { formatChat, formatChatEvents } from "./chat-wire.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import { failureEvent, refuse } from "./failures.ts";
import {
  listModels,
  listModelsWithInstances,
  listNativeModels,
  loadModel,
  showNativeModel,
  unloadModel,
} from "./model-routes.ts";
import { badField, modelNotFound, noModelsLoaded } from "./refusals.ts";
import { rules } from "./request-fields.ts";

const chat: TextEndpoint = {
  createId: () => createWireId("chatcmpl-"),
  read: readChat,
  whole: (facts, [answer]) => (answer === undefined ? {} : formatChat(facts, answer)),
  *events(facts, answers, { includeUsage }) {
    for (const answer of answers) yield* formatChatEvents(facts, answer, includeUsage);
  },
};

/** LM Studio's manners. */
export const lmStudio: ServerManners = {
  generating: {
    "/v1/chat/completions": createTextRoute(chat),
    "/v1/completions": createTextRoute(completions, withoutThoughts),
    "/v1/embeddings": createEmbeddingsRoute(embeddings),
    "/v1/responses": createResponsesRoute(rules),
    "/v1/messages": createMessagesRoute(rules),
  },
  routes: [
    { method: "GET", path: "/v1/models", respond: listModels },
    { method: "GET", path: "/api/v0/models", respond: listNativeModels },
    { method: "GET", path: "/api/v0/models/:id{.+}", respond: showNativeModel },
    { method: "GET", path: "/api/v1/models", respond: listModelsWithInstances },
    { method: "POST", path: "/api/v1/models/load", respond: loadModel },
    { method: "POST", path: "/api/v1/models/unload", respond: unloadModel },
  ],
  voice: {
    createCallId: createToolCallId,
    isStructureInReasoning: true,
    keepsThinkTags: true,
    // What it asks for in the prompt and then does not always read (LM Studio's documents of tools).
    writeToolText: (name, args) =>
      `[TOOL_REQUEST]\n{"name": ${JSON.stringify(name)}, "arguments": ${args}}\n[END_TOOL_REQUEST]`,
  },
  // LM Studio has no 404: its log says that it is answering 200 anyway (BT#618, #2085).
  unknownRoute: (method, path) => errorResponse(200, `Unexpected endpoint or method. (${method} ${path})`),
  malformedBody: (_text, cause) =>
    badField(`The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`),
  chooseModel(kind, requested, all, isLoaded) {
    const models = modelsOfKind(all, kind);
    // Another instance has `:2` behind its name, another quantisation `@q4_k_m` (BT#619).
    const bare = requested.replace(/(?::\d+)?$/, "").replace(/@[\w.]+$/, "");
    const named = models.find(({ id }) => id === requested) ?? models.find(({ id }) => id === bare);
    return named ?? requireOnly(models, all, requested, isLoaded);
  },
  // The prompt does not fit, and what comes is a success of nothing at all (BT#2339).
  admit: (model, _prompt, promptTokens) => ({
    promptTokens,
    isEmpty: promptTokens > contextLengthOf(model),
  }),
  refuse,
  failureEvent,
  stamp: (headers) => headers.set("x-powered-by", "Express"),
};

/** An unknown name is served without a word while one model alone could be meant (BT#619, #366). */
function requireOnly(
  models: readonly SimulatedModel[],
  all: readonly SimulatedModel[],
  requested: string,
  isLoaded: (id: string) => boolean,
): SimulatedModel {
  const [first, second] = models.filter(({ id }) => isLoaded(id));
  if (first === undefined) throw noModelsLoaded();
  if (second === undefined) return first;
  throw modelNotFound(
    requested,
    all.map(({ id }) => id),
  );
}
