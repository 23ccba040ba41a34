/** Writes a Response to Node's. Knows no request. */
import type { ServerResponse } from "node:http";
import { ClientChannel, drained } from "./client-channel.ts";
import { listHeaders } from "./header-view.ts";
import { toBodyInit } from "../../runtime.ts";
import { whenAllIsDone } from "../turn.ts";
import { Answer } from "./light-response.ts";

/** Resolves when the last byte was handed on, or the client left. */
export async function writeAnswer(response: Response, outgoing: ServerResponse): Promise<void> {
  if (response instanceof Answer) {
    const { body, headers } = response.parts;
    if (body instanceof ClientChannel) {
      outgoing.writeHead(response.status, listHeaders(headers));
      body.attach(outgoing);
      return;
    }
    const plain = toBodyInit(body);
    if (!(plain instanceof ReadableStream))
      return writeWhole(response.status, listHeaders(headers), plain, outgoing);
    return writeStream(response.status, listHeaders(headers), plain, outgoing);
  }
  const headers = listHeaders(response.headers);
  if (response.body === null) return writeWhole(response.status, headers, null, outgoing);
  if (response.headers.has("content-length"))
    return writeStream(response.status, headers, response.body, outgoing);
  if (isEndless(response)) return writeStream(response.status, headers, response.body, outgoing);
  return writeWhole(response.status, headers, new Uint8Array(await response.arrayBuffer()), outgoing);
}

/** The proxy's own short answers come whole, so that they have a length; anything else as it comes. */
const isEndless = ({ headers }: Response) =>
  !/^(application\/json|text\/plain)/.test(headers.get("content-type") ?? "");

function writeWhole(
  status: number,
  headers: string[],
  body: string | Uint8Array | null,
  outgoing: ServerResponse,
): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const mayHaveBody = status >= 200 && status !== 204 && status !== 304;
  if (mayHaveBody && !headers.includes("content-length")) {
    headers.push("content-length", String(bytes?.byteLength ?? 0));
  }
  whenAllIsDone(() => {
    try {
      outgoing.writeHead(status, headers);
      if (bytes === null || !mayHaveBody) outgoing.end();
      else outgoing.end(bytes);
    } catch {
      breakOff(outgoing);
    }
  });
}

/** For what broke on the way to the socket: the app answers its own errors. */
export function breakOff(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(500, { connection: "close", "content-length": 0 }).end();
}

/** At the client's pace; a client that leaves cancels the body. */
async function writeStream(
  status: number,
  headers: string[],
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  if (outgoing.destroyed) return leave();
  outgoing.once("close", leave);
  outgoing.writeHead(status, headers);
  // With the first bytes where they are there, else at once: a client may wait for the headers alone.
  const early = setImmediate(() => outgoing.flushHeaders());
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!outgoing.write(value)) await drained(outgoing);
    }
    outgoing.off("close", leave);
    outgoing.end();
  } catch (thrown) {
    outgoing.destroy(thrown instanceof Error ? thrown : undefined);
  } finally {
    clearImmediate(early);
  }
}
