/** Tells a body that is there already from one that is still to come. */
import type { ChunkReader } from "../byte-channel.ts";
import type { Turn } from "./wire.ts";

/** Longer bodies are not waited for, even where they are there. */
const mostStartBytes = 64 * 1024;

/** The start of a body. */
export interface Start {
  readonly pieces: readonly Uint8Array[];
  /** What was asked for behind the pieces; undefined where they are all of the body. */
  readonly next: ReturnType<ChunkReader["read"]> | undefined;
}

/** What the reader has to give within this turn. */
export async function readStart(reader: ChunkReader, turn: Turn): Promise<Start> {
  const late = new Promise<undefined>((resolve) => turn.whenAllIsRead(() => resolve(undefined)));
  const pieces: Uint8Array[] = [];
  for (let length = 0; ;) {
    const next = reader.read();
    const piece = await Promise.race([next, late]);
    if (piece?.done === true) return { pieces, next: undefined };
    if (piece === undefined || length > mostStartBytes) return { pieces, next };
    pieces.push(piece.value);
    length += piece.value.byteLength;
  }
}
