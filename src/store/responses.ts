/** Keeps responses for `previous_response_id` and for reading them later. Knows no HTTP and no backend. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { objectsIn } from "../protocol/openai/parts.ts";
import { toHistory } from "../translate/responses/history.ts";
import type { KeyValueStore } from "./key-value.ts";

/** A response with the request's own input, and which response it went on from. */
export interface StoredResponse {
  readonly response: JsonObject;
  readonly input: unknown;
  readonly previousId: string | null;
}

/** The responses of one owner: nobody else's ids are found. */
export interface ResponseStore {
  find(id: string): Promise<StoredResponse | undefined>;
  keep(id: string, stored: StoredResponse): Promise<void>;
  remove(id: string): Promise<boolean>;
  /** An output item of any kept response, by its own id. */
  findItem(id: string): Promise<JsonObject | undefined>;
  /** The chat messages up to and with a response; undefined where it, or one before it, is not there any more. */
  historyOf(id: string): Promise<readonly JsonObject[] | undefined>;
}

/** A conversation of more turns is not gone through: nobody's model has room for it. */
const mostTurns = 2_000;

/** `owner` is who the key says it is; undefined while authentication is off. */
export function openResponses(
  store: KeyValueStore,
  owner: string | undefined,
  lifetimeMs: number,
): ResponseStore {
  // Owners and ids may hold blanks, and only what is quoted tells where one ends and the other begins.
  const keyOf = (id: string) => JSON.stringify(["response", owner ?? null, id]);
  const itemKeyOf = (id: string) => JSON.stringify(["response item", owner ?? null, id]);

  async function find(id: string): Promise<StoredResponse | undefined> {
    const text = await store.get(keyOf(id));
    return text === undefined ? undefined : readStored(text);
  }

  return {
    find,
    async keep(id, stored) {
      await store.set(keyOf(id), JSON.stringify(stored), lifetimeMs);
      const ids = objectsIn(stored.response["output"]).map((item) => item["id"]);
      const texts = ids.filter((itemId) => typeof itemId === "string");
      await Promise.all(texts.map((itemId) => store.set(itemKeyOf(itemId), id, lifetimeMs)));
    },
    async findItem(id) {
      const responseId = await store.get(itemKeyOf(id));
      const stored = responseId === undefined ? undefined : await find(responseId);
      return objectsIn(stored?.response["output"]).find((item) => item["id"] === id);
    },
    remove: (id) => store.delete(keyOf(id)),
    async historyOf(id) {
      const turns: StoredResponse[] = [];
      for (let next: string | null = id; next !== null;) {
        const turn: StoredResponse | undefined = await find(next);
        if (turn === undefined || turns.length === mostTurns) return undefined;
        turns.unshift(turn);
        next = turn.previousId;
      }
      return turns.reduce<readonly JsonObject[]>(
        (history, { input, response }) => toHistory({ input }, history, response),
        [],
      );
    },
  };
}

/** What another version of the proxy wrote in another form counts as not there. */
function readStored(text: string): StoredResponse | undefined {
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed) || !isJsonObject(parsed["response"])) return undefined;
  const { response, input, previousId } = parsed;
  return { response, input, previousId: typeof previousId === "string" ? previousId : null };
}
