/** /v1/responses: by the backend itself where it does that well, else by its chat completions, with what was said before. */
import { badRequest, ProxyError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { selectBackend } from "../route/select.ts";
import { openResponses, type ResponseStore } from "../store/responses.ts";
import { ownsResponses, servesNatively } from "../translate/responses/native.ts";
import { referencesIn, resolveReferences } from "../translate/responses/references.ts";
import { keepNative, type KeepResponse } from "./kept-responses.ts";
import { type ModelRequestBody, toRequestBody } from "./request-body.ts";
import { type Journey, openAnswer, type OpenAnswer } from "./open-answer.ts";
import { openTranslated } from "./translated-response.ts";

export async function openResponse(
  clientHeaders: Headers,
  asked: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { services, exchange } = journey;
  const snapshots = services.pool.snapshot(services.plan);
  const backend = selectBackend(exchange.target?.model, snapshots);
  if (backend !== undefined && ownsResponses(backend)) return openAnswer(clientHeaders, asked, journey);

  const store = openResponses(services.store, exchange.principal, services.plan.responseLifetimeMs);
  const request = await withItems(asked, store, exchange.target?.model);
  const previousId = previousIdOf(request.fields);
  const history = previousId === null ? [] : await store.historyOf(previousId);
  const keep = keeperFor(request.fields, previousId, store, journey);
  const lacksIt = snapshots.some((one) => one.backend === backend && one.lacksResponses);
  if (backend !== undefined && !lacksIt && servesNatively(backend, request.fields, snapshots.length)) {
    try {
      return await keepNative(clientHeaders, request, journey, keep);
    } catch (thrown) {
      if (!(thrown instanceof ProxyError && thrown.isUnknownUrl)) throw thrown;
      services.pool.reportLacksResponses(backend);
      exchange.attempts = 0;
    }
  }
  if (history === undefined) throw previousNotFound(previousId ?? "");
  return openTranslated(clientHeaders, request.fields, { history, previousId, keep }, journey);
}

/** What keeps a response that came whole; it says in the log where that failed. */
function keeperFor(
  fields: JsonObject,
  previousId: string | null,
  store: ResponseStore,
  { services, exchange }: Journey,
): KeepResponse {
  const isKept = fields["store"] !== false && services.plan.responseLifetimeMs > 0;
  return (response) => {
    if (!isKept || !isJsonObject(response) || !keptStatuses.has(response["status"])) return;
    const { id } = response;
    if (typeof id !== "string") return;
    store.keep(id, { response, input: fields["input"], previousId }).catch((cause: unknown) => {
      services.runtime.log.warn("response-not-kept", { request: exchange.id, problem: String(cause) });
    });
  };
}

const keptStatuses: ReadonlySet<unknown> = new Set(["completed", "incomplete"]);

/** The same request with the items that it refers to. */
async function withItems(
  request: ModelRequestBody,
  store: ResponseStore,
  model: string | undefined,
): Promise<ModelRequestBody> {
  const ids = referencesIn(request.fields["input"]);
  if (ids.length === 0) return request;
  const items = new Map(await Promise.all(ids.map(async (id) => [id, await store.findItem(id)] as const)));
  const input = resolveReferences(request.fields["input"], (id) => items.get(id));
  return toRequestBody({ ...request.fields, input }, model);
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
