/** What a key may use: endpoints and models. Pure; knows no body and no limit. */
import type { KeyPlan } from "../config/key-plan.ts";
import type { EndpointName } from "../config/schema-keys.ts";
import { ProxyError } from "../errors.ts";

const endpointsByRoute: ReadonlyArray<readonly [string, EndpointName]> = [
  ["/chat/completions", "chat"],
  ["/completions", "completions"],
  ["/embeddings", "embeddings"],
  ["/responses", "responses"],
  ["/messages", "messages"],
  ["/models", "models"],
];

/** The endpoint that a route belongs to, with all that lies below it. */
export function endpointOf(route: string): EndpointName {
  const found = endpointsByRoute.find(([root]) => route === root || route.startsWith(`${root}/`));
  return found?.[1] ?? "other";
}

/** Throws 403 where this key is not for this endpoint; a request without a key may use all. */
export function requireEndpoint(key: KeyPlan | undefined, method: string, route: string): void {
  const endpoint = endpointOf(route);
  if (key === undefined || key.endpoints.has(endpoint)) return;
  const allowed = [...key.endpoints].join(", ");
  throw new ProxyError({
    status: 403,
    type: "invalid_request_error",
    code: "endpoint_not_allowed",
    message: `The key '${key.name}' may not ${method} ${route}, which counts as "${endpoint}". It may use: ${allowed === "" ? "nothing" : allowed}. The proxy's operator can change that under keys[].endpoints.`,
  });
}

/** Throws 403 as OpenAI does for a model that a project may not use. */
export function requireModel(key: KeyPlan | undefined, asked: string): void {
  if (maySee(key, asked)) return;
  throw new ProxyError({
    status: 403,
    type: "invalid_request_error",
    code: "model_not_found",
    message: `The key '${key?.name}' does not have access to the model \`${asked}\`. GET /v1/models lists those that it may use.`,
  });
}

/** Whether this name may be shown to the key's owner. */
export function maySee(key: KeyPlan | undefined, asked: string): boolean {
  return key === undefined || key.allowsModel(asked);
}
