/** The absolute URL of a request to a server that speaks HTTP/1.1 itself. Knows no socket. */
import type { RequestHead } from "./request-head.ts";

const plainHost = /^[\w.-]+(?::(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$/;
const plainTarget = /^\/[\w\-.~!$&'()*+,;=:@%/?[\]]*$/;
const dotSegment = /\/\.\.?(?:[/?#]|$)/;

/** Undefined for what is no URL: that request gets 400. */
export function requestUrl(host: string | undefined, target: string): string | undefined {
  if (target === "*") return requestUrl(host, "/");
  const url = /^https?:\/\//i.test(target) ? target : `http://${host ?? "localhost"}${target}`;
  const isPlain = plainHost.test(host ?? "localhost") && plainTarget.test(target) && !dotSegment.test(target);
  if (isPlain) return url;
  const isHost = host === undefined || /^[^\s/?#@\\]+$/.test(host);
  if (!isHost || (!target.startsWith("/") && url !== target)) return undefined;
  const parsed = URL.parse(url);
  return parsed === null || parsed.username !== "" || parsed.password !== "" ? undefined : parsed.href;
}

/** The URLs of one connection's requests: a client that stays asks for the same again and again. */
export class RequestUrls {
  #host: unknown;
  #target: string | undefined;
  #url: string | undefined;

  /** Undefined where the head names nothing that can be asked for. */
  of({ fields, target }: Pick<RequestHead, "fields" | "target">): string | undefined {
    const host = fields.get("host");
    if (this.#url !== undefined && this.#host === host && this.#target === target) return this.#url;
    this.#url = requestUrl(typeof host === "string" ? host : undefined, target);
    this.#host = host;
    this.#target = target;
    return this.#url;
  }
}
