/** Reads what a request says of itself, and how its body ends: RFC 9112, without what nobody sends in good faith. */
import { type Fields, isToken, listOf, parseFields, parseLength } from "./fields.ts";

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly fields: Fields;
  /** In bytes. */
  readonly bodyLength: number | "chunked";
  /** Whether the client may send another request afterwards. */
  readonly keepsAlive: boolean;
  /** Whether chunks can be sent to it, which HTTP/1.0 does not know. */
  readonly takesChunks: boolean;
  /** It sends its body only once it was told to. */
  readonly expectsContinue: boolean;
}

/** The status that refuses a request. */
export type Refusal = 400 | 408 | 417 | 431 | 501 | 505;

const lastControl = 32;

/** `text` is the head with its last line's end, without the empty line. */
export function parseRequestHead(text: string): RequestHead | Refusal {
  const lineEnd = text.indexOf("\r\n");
  const methodEnd = text.indexOf(" ");
  const versionStart = text.lastIndexOf(" ", lineEnd);
  if (methodEnd <= 0 || versionStart <= methodEnd || versionStart > lineEnd) return 400;
  const method = text.slice(0, methodEnd);
  const target = text.slice(methodEnd + 1, versionStart);
  const version = text.slice(versionStart + 1, lineEnd);
  // To a CONNECT any answer would be the start of a tunnel, which nobody can have here.
  if (!isToken(method) || method === "CONNECT" || !isTarget(target)) return 400;
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") return /^HTTP\/\d(\.\d)?$/.test(version) ? 505 : 400;
  const fields = parseFields(text, lineEnd + 2);
  if (fields === undefined) return 400;
  const isModern = version === "HTTP/1.1";
  if (isModern && !fields.has("host")) return 400;
  const bodyLength = bodyLengthOf(fields, isModern);
  if (bodyLength === 400 || bodyLength === 501) return bodyLength;
  const expected = fields.get("expect");
  const expectsContinue = isModern && typeof expected === "string" && /^100-continue$/i.test(expected);
  if (isModern && expected !== undefined && !expectsContinue) return 417;
  const connection = fields.get("connection");
  const keepsAlive = connection === undefined ? isModern : keepsAliveBy(listOf(connection), isModern);
  return {
    method,
    target,
    fields,
    bodyLength: typeof bodyLength === "object" ? bodyLength.length : bodyLength,
    keepsAlive,
    takesChunks: isModern,
    expectsContinue,
  };
}

function isTarget(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= lastControl || code === 127) return false;
  }
  return text !== "";
}

/** A length and chunks together are how requests are smuggled past proxies. */
function bodyLengthOf(
  fields: Fields,
  isModern: boolean,
): { readonly length: number } | "chunked" | 400 | 501 {
  const [length, coding] = [fields.get("content-length"), fields.get("transfer-encoding")];
  if (coding !== undefined) {
    if (length !== undefined || !isModern || typeof coding !== "string") return 400;
    return coding.toLowerCase() === "chunked" ? "chunked" : 501;
  }
  if (length === undefined) return { length: 0 };
  const parsed = typeof length === "string" ? parseLength(length) : undefined;
  return parsed === undefined ? 400 : { length: parsed };
}

/** Whether a connection stays, by the words of its field. */
export function keepsAliveBy(words: readonly string[], isModern: boolean): boolean {
  if (words.includes("close")) return false;
  return isModern || words.includes("keep-alive");
}
