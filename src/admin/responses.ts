/** GET and DELETE of /v1/responses/{id}, and its input items: those that the proxy keeps; a backend is asked for others. */
import type { Context } from "hono";
import type { Exchange } from "../exchange.ts";
import type { AppEnv } from "../pipeline/app-env.ts";
import type { Services } from "../pipeline/services.ts";
import { settle } from "../pipeline/settle.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { answerHeaders } from "../respond/headers.ts";
import { openResponses, type ResponseStore } from "../store/responses.ts";

type Handler = (c: Context<AppEnv>) => Promise<Response>;

/** Undefined where the response is not one that the proxy keeps. */
type Lookup = (store: ResponseStore, id: string) => Promise<JsonObject | undefined>;

const retrieve: Lookup = async (store, id) => (await store.find(id))?.response;

const remove: Lookup = async (store, id) =>
  (await store.remove(id)) ? { id, object: "response.deleted", deleted: true } : undefined;

const listInput: Lookup = async (store, id) => {
  const stored = await store.find(id);
  if (stored === undefined) return undefined;
  const data = toItems(stored.input, id);
  return {
    object: "list",
    data,
    first_id: data.at(0)?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
    has_more: false,
  };
};

/** The three handlers; `orElse` answers for responses that are not the proxy's. */
export function storedResponses(
  services: Services,
  orElse: Handler,
): { readonly retrieve: Handler; readonly remove: Handler; readonly listInput: Handler } {
  const answer =
    (lookup: Lookup): Handler =>
    async (c) => {
      const { exchange, work } = c.var;
      const store = openStore(services, exchange);
      const found = await lookup(store, c.req.param("id") ?? "");
      if (found === undefined) return orElse(c);
      settle(exchange, work, services, { status: 200, outcome: "ended" });
      const headers = answerHeaders(exchange, services.runtime.now());
      headers.set("content-type", "application/json");
      return services.runtime.respond(JSON.stringify(found), 200, headers);
    };
  return { retrieve: answer(retrieve), remove: answer(remove), listInput: answer(listInput) };
}

function openStore({ store, plan }: Services, { principal }: Exchange): ResponseStore {
  return openResponses(store, principal, plan.responseLifetimeMs);
}

/** Items as OpenAI lists them: a text is a user's message, and each has an id. */
function toItems(input: unknown, responseId: string): readonly JsonObject[] {
  const items = Array.isArray(input) ? input.filter(isJsonObject) : [];
  const all = typeof input === "string" ? [{ type: "message", role: "user", content: input }] : items;
  return all.map((item, index) => ({
    id: `${"role" in item ? "msg" : "item"}_${responseId.replace(/^resp_/, "")}_in_${index}`,
    ...("role" in item ? { type: "message", status: "completed" } : {}),
    ...item,
    ...(typeof item["content"] === "string"
      ? { content: [{ type: "input_text", text: item["content"] }] }
      : {}),
  }));
}
