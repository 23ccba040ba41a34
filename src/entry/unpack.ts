/** Unpacks bodies by Node's zlib, which Bun and Deno have as well. */
import { type Duplex, pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

const unpackers: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Undefined for a coding that is not known. */
export function unpack(
  coding: string,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> | undefined {
  const createUnpacker = Object.hasOwn(unpackers, coding) ? unpackers[coding] : undefined;
  if (createUnpacker === undefined) return undefined;
  const unpacked = pipeline(Readable.from(body), createUnpacker(), () => {});
  // The platform's own stream, which Node's types only name apart.
  return Readable.toWeb(unpacked) as ReadableStream<Uint8Array<ArrayBuffer>>;
}
