/** Sends an ask to whatever answers it and reads the exchange. Knows no expectation. */
import type { Recorded } from "../clients/places.ts";
import type { Ask } from "./model-asks.ts";

/** Where asks go: the proxy or a backend. */
export type Answer = (path: string, init: RequestInit) => Promise<Response>;

/** The whole exchange; GET where there is no body. */
export async function exchange([, path, body, headers]: Ask, answer: Answer): Promise<Recorded> {
  const method = body === undefined ? "GET" : "POST";
  const request = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const response = await answer(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: request }),
  });
  return {
    method,
    path: path.replace(/\?.*$/, ""),
    request,
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    answer: await response.text(),
  };
}
