/** Writes a Response to a connection. Knows no request. */
import { toBodyInit } from "../runtime.ts";
import { ClientChannel } from "./client-channel.ts";
import type { FieldSource } from "./format-head.ts";
import { Answer } from "./light-response.ts";
import type { Outgoing } from "./outgoing.ts";

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
  else if (headers.has("content-length") || isEndless(headers))
    await writeStream(status, headers, body, outgoing);
  else outgoing.sendWhole(status, headers, new Uint8Array(await response.arrayBuffer()));
}

/** The proxy's own short answers come whole, so that they have a length; anything else as it comes. */
const isEndless = (headers: Headers) =>
  !/^(application\/json|text\/plain)/.test(headers.get("content-type") ?? "");

/** At the client's pace; a client that leaves cancels the body. */
async function writeStream(
  status: number,
  headers: FieldSource,
  body: ReadableStream<Uint8Array>,
  outgoing: Outgoing,
): Promise<void> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  if (outgoing.isGone) return leave();
  outgoing.tellLeaving({ leave });
  try {
    outgoing.begin(status, headers);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await outgoing.write(value);
    }
    outgoing.end();
  } catch {
    leave();
    outgoing.breakOff();
  }
}
