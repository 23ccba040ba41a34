/** /v1/responses: by the backend itself where it does that well, else by its chat completions, with what was said before. */
import { badRequest, ProxyError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { chatEndpoint } from "../protocol/openai/chat.ts";
import { selectBackend } from "../route/select.ts";
import { openResponses, type ResponseStore } from "../store/responses.ts";
import { toResponse } from "../translate/responses/answer.ts";
import { createResponseEvents } from "../translate/responses/events.ts";
import { servesNatively } from "../translate/responses/native.ts";
import { toChatRequest } from "../translate/responses/request.ts";
import type { ResponseFacts } from "../protocol/openai/response-object.ts";
import type { ChunkTranslation } from "../normalise/event-output.ts";
import type { ModelRequestBody } from "./model-request.ts";
import { type Journey, openAnswer, type OpenAnswer } from "./open-answer.ts";
import { openWithImages } from "./images.ts";

export async function openResponse(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { services, exchange } = journey;
  const store = openResponses(services.store, exchange.principal, services.plan.responseLifetimeMs);
  const previousId = previousIdOf(request.fields);
  const history = previousId === null ? undefined : await store.historyOf(previousId);
  const snapshots = services.pool.snapshot(services.plan);
  const backend = selectBackend(exchange.target?.model, snapshots);
  const lacksIt = snapshots.some((one) => one.backend === backend && one.lacksResponses);
  // A response that the proxy keeps is one that no backend has.
  const isNative =
    backend !== undefined &&
    history === undefined &&
    !lacksIt &&
    servesNatively(backend, request.fields, snapshots.length);
  if (isNative) {
    try {
      return await openAnswer(clientHeaders, request, journey);
    } catch (thrown) {
      const canTranslate =
        thrown instanceof ProxyError && thrown.isUnknownUrl && backend.responses === "auto";
      if (!canTranslate) throw thrown;
      services.pool.reportLacksResponses(backend);
      exchange.attempts = 0;
    }
  }
  if (previousId !== null && history === undefined) throw previousNotFound(previousId);
  return openTranslated(clientHeaders, request, history ?? [], store, journey);
}

async function openTranslated(
  clientHeaders: Headers,
  { fields }: ModelRequestBody,
  history: readonly JsonObject[],
  store: ResponseStore,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange, services } = journey;
  const facts: ResponseFacts = {
    id: `resp_${crypto.randomUUID().replaceAll("-", "")}`,
    createdAt: Math.floor(exchange.startedAt / 1000),
    model: fields.model,
    previousResponseId: previousIdOf(fields),
  };
  const keep = (response: unknown) => {
    const isKept = fields["store"] !== false && services.plan.responseLifetimeMs > 0;
    if (!isKept || !isJsonObject(response) || !keptStatuses.has(response["status"])) return;
    const stored = { response, input: fields["input"], previousId: facts.previousResponseId };
    store.keep(facts.id, stored).catch((cause: unknown) => {
      services.runtime.log.warn("response-not-kept", { request: exchange.id, problem: String(cause) });
    });
  };
  const chat = { ...toChatRequest(fields, history), model: fields.model };
  const bytes = encode({ ...chat, model: exchange.target?.model ?? fields.model });
  const open = await openWithImages(
    clientHeaders,
    { fields: chat, bytes },
    {
      ...journey,
      endpoint: chatEndpoint,
      translate: () => keepAtEnd(createResponseEvents(fields, facts), keep),
    },
  );
  const { answer } = open;
  if (answer.kind === "stream") return open;
  const whole: unknown = JSON.parse(new TextDecoder().decode(answer.bytes));
  const response = toResponse(isJsonObject(whole) ? whole : {}, fields, facts);
  keep(response);
  return { ...open, answer: { ...answer, bytes: encode(response) } };
}

const keptStatuses: ReadonlySet<unknown> = new Set(["completed", "incomplete"]);

/** The same translation, which hands over the whole response when its last event is made. */
function keepAtEnd(translation: ChunkTranslation, keep: (response: unknown) => void): ChunkTranslation {
  return {
    ...translation,
    end() {
      const events = translation.end();
      keep(events.at(-1)?.["response"]);
      return events;
    },
  };
}

function previousIdOf(fields: JsonObject): string | null {
  const id = fields["previous_response_id"];
  if (id === undefined || id === null) return null;
  if (typeof id === "string") return id;
  throw badRequest(
    "Invalid value for 'previous_response_id': expected a string.",
    "previous_response_id",
    "invalid_type",
  );
}

function previousNotFound(id: string): ProxyError {
  return badRequest(
    `Previous response with id '${id}' not found: it was never kept (store: false), it is older than responses.lifetime, or the proxy was started anew. Send the whole conversation in input.`,
    "previous_response_id",
    "previous_response_not_found",
  );
}

function encode(body: JsonObject): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(body));
}
