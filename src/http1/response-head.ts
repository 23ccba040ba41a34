/** Reads what an answer says of itself, and how its body ends: RFC 9112 6.3. */
import type { BodyLength } from "./body-framing.ts";
import { type Fields, listOf, parseFields, parseLength } from "./fields.ts";
import { keepsAliveBy } from "./request-head.ts";

export interface ResponseHead {
  readonly status: number;
  readonly fields: Fields;
  readonly bodyLength: BodyLength;
  /** How long the connection may be used again, in milliseconds of silence; 0 where it may not. */
  readonly keepAliveMs: number;
}

/** Other statuses than these are none: RFC 9110 15. */
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** `text` is the head with its last line's end, without the empty line; undefined where it is malformed. */
export function parseResponseHead(
  text: string,
  method: string,
  longestKeepAliveMs: number,
): ResponseHead | undefined {
  const lineEnd = text.indexOf("\r\n");
  const found = statusLine.exec(text.slice(0, lineEnd));
  const fields = parseFields(text, lineEnd + 2);
  if (found === null || fields === undefined) return undefined;
  const isModern = found[1] === "1";
  const status = Number(found[2]);
  const bodyLength = bodyLengthOf(fields, status, method);
  if (bodyLength === undefined) return undefined;
  const connection = fields.get("connection");
  const keepsAlive = connection === undefined ? isModern : keepsAliveBy(listOf(connection), isModern);
  const isClear = bodyLength !== "close" && !(fields.has("content-length") && bodyLength === "chunked");
  const keepAliveMs = keepsAlive && isClear ? keepAliveOf(fields, longestKeepAliveMs) : 0;
  return { status, fields, bodyLength, keepAliveMs };
}

function bodyLengthOf(fields: Fields, status: number, method: string): BodyLength | undefined {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  const coding = fields.get("transfer-encoding");
  if (coding !== undefined) return listOf(coding).at(-1) === "chunked" ? chunkedAlone(coding) : "close";
  const length = fields.get("content-length");
  if (length === undefined) return "close";
  if (typeof length === "string" && !length.includes(",")) return parseLength(length);
  // The same length twice is the same length.
  const [first, ...others] = new Set(listOf(length));
  return first === undefined || others.length > 0 ? undefined : parseLength(first);
}

/** Nothing else was asked for, and nothing else is understood. */
const chunkedAlone = (coding: string | readonly string[]) =>
  listOf(coding).length === 1 ? ("chunked" as const) : undefined;

/** Less by a second than the box says, so that nothing is sent into a connection that closes right now. */
function keepAliveOf(fields: Fields, longestMs: number): number {
  const hint = fields.get("keep-alive");
  const seconds = typeof hint === "string" ? /(?:^|,)\s*timeout=(\d{1,6})/i.exec(hint)?.[1] : undefined;
  return seconds === undefined ? longestMs : Math.max(0, Math.min(longestMs, (Number(seconds) - 1) * 1_000));
}
