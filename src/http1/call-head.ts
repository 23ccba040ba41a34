/** Writes the head of a request to a box. */
import { totalBytes } from "../byte-channel.ts";
import { isPieces, type UpstreamInit } from "../runtime.ts";
import type { CallRequest } from "./call.ts";
import { parseLength } from "./fields.ts";
import { formatFields, formatRequestLine } from "./format-head.ts";

/** The head of a request, and how its body is told apart from what follows. */
export function frameCall(
  hostField: string,
  { method, headers, body }: UpstreamInit,
  path: string,
): CallRequest {
  const isStream = body instanceof ReadableStream;
  const streamLength = isStream ? parseLength(headers.get("content-length") ?? "") : undefined;
  const line = formatRequestLine(method, path);
  const framing = isStream ? streamFraming(streamLength) : lengthField(method, body);
  // An operator may have given the box another name.
  const host = headers.has("host") ? "" : hostField;
  return {
    head: `${line}${host}connection: keep-alive\r\n${formatFields(headers, lengthName)}${framing}\r\n`,
    body,
    streamLength,
  };
}

const streamFraming = (length: number | undefined) =>
  length === undefined ? "transfer-encoding: chunked\r\n" : `content-length: ${length}\r\n`;

/** It is told of the body that is really sent. */
const lengthName: ReadonlySet<string> = new Set(["content-length"]);

function lengthField(method: string, body: Exclude<UpstreamInit["body"], ReadableStream>): string {
  if (body === null) return method === "GET" || method === "HEAD" ? "" : "content-length: 0\r\n";
  const length = isPieces(body) ? totalBytes(body) : body.byteLength;
  return `content-length: ${length}\r\n`;
}
