/** Writes a Response to a connection. Knows no request. */
import { joinChunks } from "../byte-channel.ts";
import { toBodyInit } from "../runtime.ts";
import { ClientChannel } from "./client-channel.ts";
import type { FieldSource } from "./format-head.ts";
import { Answer } from "./light-response.ts";
import type { Outgoing } from "./outgoing.ts";
import { readStart } from "./read-start.ts";

/**
 * Resolves when the last byte was handed on, or the client left; undefined where that was done at once. Throws, or rejects,
 * for what cannot be written.
 */
export function writeAnswer(response: Response, outgoing: Outgoing): Promise<void> | undefined {
  if (!(response instanceof Answer)) return writePlatforms(response, outgoing);
  const { status } = response;
  const { body, headers } = response.parts;
  if (body instanceof ClientChannel) {
    try {
      outgoing.begin(status, headers);
    } catch (thrown) {
      body.leave();
      throw thrown;
    }
    body.attach(outgoing);
    return undefined;
  }
  const plain = toBodyInit(body);
  if (plain instanceof ReadableStream) return writeStream(status, headers, plain, outgoing);
  outgoing.sendWhole(status, headers, plain);
  return undefined;
}

/** The platform's own, which a middleware may have made. */
async function writePlatforms(response: Response, outgoing: Outgoing): Promise<void> {
  const { status, body, headers } = response;
  if (body === null) outgoing.sendWhole(status, headers, null);
  else await writeStream(status, headers, body, outgoing, mayBeShort(headers));
}

/** The proxy's own short answers come whole, so that they have a length; anything else as it comes. */
const mayBeShort = (headers: Headers) =>
  !headers.has("content-length") &&
  /^(application\/json|text\/plain)/.test(headers.get("content-type") ?? "");

/** At the client's pace; a client that leaves cancels the body. `mayBeShort`: whole where all of it is there already. */
async function writeStream(
  status: number,
  headers: FieldSource,
  body: ReadableStream<Uint8Array>,
  outgoing: Outgoing,
  mayBeShort = false,
): Promise<void> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  if (outgoing.isGone) return leave();
  outgoing.tellLeaving({ leave });
  try {
    const start = mayBeShort ? await readStart(reader, outgoing.turn) : undefined;
    if (start !== undefined && start.next === undefined)
      return outgoing.sendWhole(status, headers, joinChunks(start.pieces));
    outgoing.begin(status, headers);
    // A body that breaks while the client takes nothing would be heard of only once it did.
    reader.closed.catch(() => outgoing.breakOff());
    if (start !== undefined) for (const piece of start.pieces) await outgoing.write(piece);
    for (let next = start?.next ?? reader.read(); ; next = reader.read()) {
      const { done, value } = await next;
      if (done) break;
      await outgoing.write(value);
    }
    outgoing.end();
  } catch {
    leave();
    outgoing.breakOff();
  }
}
