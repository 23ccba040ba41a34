/** References to items of earlier responses, replaced by the items. Pure; where items are kept is the caller's business. */
import { ProxyError } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";

/** The ids that an input refers to. */
export function referencesIn(input: unknown): readonly string[] {
  return Array.isArray(input) ? input.flatMap((item: unknown) => referenceOf(item) ?? []) : [];
}

/** The input with the items in the places of references to them. Throws 404 for an item that `find` does not know. */
export function resolveReferences(
  input: unknown,
  find: (id: string) => JsonObject | undefined,
): readonly unknown[] {
  return (Array.isArray(input) ? input : []).map((item: unknown) => {
    const id = referenceOf(item);
    return id === undefined ? item : (find(id) ?? raiseNotFound(id));
  });
}

function referenceOf(item: unknown): string | undefined {
  if (!isJsonObject(item) || typeof item["id"] !== "string") return undefined;
  const isBare = item["type"] === undefined && item["role"] === undefined;
  return item["type"] === "item_reference" || isBare ? item["id"] : undefined;
}

function raiseNotFound(id: string): never {
  throw new ProxyError({
    status: 404,
    type: "invalid_request_error",
    code: null,
    param: "input",
    message: `Item with id '${id}' not found: its response was not kept (store: false), is older than responses.lifetime, or the proxy was started anew. Send the item itself.`,
    headers: { "x-should-retry": "false" },
  });
}
