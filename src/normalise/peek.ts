/** Reads the start of a body, up to a bound, and hands back the rest unread. Knows no JSON. */
import { joinChunks } from "../byte-channel.ts";

export interface BodyStart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What has not been read; undefined where `bytes` is the whole body. */
  readonly rest: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** Stops at the first chunk that reaches `maxBytes`, so `bytes` may be longer by less than that chunk. */
export async function readStart(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<BodyStart> {
  if (body === null) return { bytes: new Uint8Array(), rest: undefined };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joinChunks(chunks), rest: undefined };
    chunks.push(value);
    total += value.byteLength;
  }
  return { bytes: joinChunks(chunks), rest: reader };
}

/** A body that begins with `bytes` and goes on with the reader's rest. */
export function resumeBody({ bytes, rest }: BodyStart): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  if (rest === undefined) return bytes;
  let hasStarted = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!hasStarted) {
          hasStarted = true;
          controller.enqueue(bytes);
          return;
        }
        const { done, value } = await rest.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => rest.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
