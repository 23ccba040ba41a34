/** Reads and limits request bodies: a body over the limit is refused while it comes in, not after. Knows no JSON. */
import { joinChunks, totalBytes } from "../byte-channel.ts";
import { badRequest, bodyTooLarge, ProxyError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { Cancellation } from "./cancel.ts";

/** The length that the client announced, in bytes; undefined for a chunked body. */
export function announcedLength(headers: Headers): number | undefined {
  const value = headers.get("content-length");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The runtime's own, for one array or for pieces. */
export type BodyReader = Runtime["readBytes"] | NonNullable<Runtime["readInPieces"]>;

/**
 * The whole body, in the pieces that `read` gives; throws `bodyTooLarge`, or rejects with it, as soon as it is known to be
 * over `maxBytes`, and rejects with 400 where it breaks off.
 */
export function readBody(
  request: Request,
  maxBytes: number,
  read: BodyReader,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const announced = announcedLength(request.headers);
  if (announced !== undefined && announced > maxBytes) throw bodyTooLarge(maxBytes);
  // First, since asking for `body` makes a stream.
  const reading = announced === undefined ? readStream(request, maxBytes) : read(request);
  return reading.then((body) => {
    const pieces = body instanceof Uint8Array ? [body] : body;
    if (totalBytes(pieces) > maxBytes) throw bodyTooLarge(maxBytes);
    return pieces;
  }, brokeOff);
}

function brokeOff(thrown: unknown): never {
  if (thrown instanceof ProxyError) throw thrown;
  throw badRequest("The request's body broke off before its end.");
}

async function readStream(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinChunks(chunks);
    total += value.byteLength;
    if (total > maxBytes) {
      void reader.cancel().catch(() => {});
      throw bodyTooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

/**
 * Passes a body of unknown length on as it comes. Over `maxBytes` it calls the upstream request off as well:
 * workerd would otherwise send a well-formed but truncated body.
 */
export function limitBody(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  cancellation: Cancellation,
): ReadableStream<Uint8Array> {
  let total = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        total += chunk.byteLength;
        if (total > maxBytes) {
          cancellation.cancel("body-too-large");
          controller.error(bodyTooLarge(maxBytes));
          return;
        }
        controller.enqueue(chunk);
      },
    }),
  );
}
