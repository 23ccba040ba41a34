/** Keeps the beginning of a stream for the log, where the operator asked for bodies. */
import { joinChunks } from "../byte-channel.ts";
import type { StreamSource } from "../sse/stream.ts";
import { loggedBodyBytes } from "./settle.ts";

export interface Excerpt {
  /** The same source, watched. */
  tap(source: StreamSource): StreamSource;
  /** What went by, up to a little over `loggedBodyBytes`. */
  bytes(): Uint8Array;
}

export function createExcerpt(): Excerpt {
  const kept: Uint8Array[] = [];
  let total = 0;
  function keep(bytes: Uint8Array): Uint8Array {
    if (total < loggedBodyBytes) kept.push(bytes);
    total += bytes.byteLength;
    return bytes;
  }
  return {
    tap: ({ head, reader, stage }) => ({
      head: keep(head),
      reader,
      stage: {
        push: (chunk) => keep(stage.push(chunk)),
        end: () => keep(stage.end()),
        fault: (cause) => keep(stage.fault(cause)),
      },
    }),
    bytes: () => joinChunks(kept),
  };
}
