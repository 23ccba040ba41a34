/** Reads a stream the way that code of the time of `openai` 3 does: by lines, with no parser of events. */
import { expect } from "vitest";

export interface Delta {
  readonly role?: string;
  readonly content?: string;
  readonly function_call?: { readonly name?: string; readonly arguments?: string };
}

export interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta?: Delta;
    readonly text?: string;
    readonly finish_reason: string | null;
  }[];
}

interface ReadStream {
  readonly chunks: readonly Chunk[];
  /** What stood in the last line. */
  readonly end: string;
}

function isReadable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** `data` is what axios hands out with `responseType: "stream"`, whatever the SDK's types say. */
export async function readLines(data: unknown): Promise<ReadStream> {
  expect(isReadable(data)).toBe(true);
  const decoder = new TextDecoder();
  let text = "";
  if (isReadable(data)) for await (const bytes of data) text += decoder.decode(bytes, { stream: true });
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith(":"));
  const payloads = lines.map((line) => line.replace(/^data: /, ""));
  const end = payloads.pop() ?? "";
  return { chunks: payloads.map((payload): Chunk => JSON.parse(payload)), end };
}

/** Leaves after the first bytes, which closes the connection: axios of that time drops its signal once there are headers. */
export async function readFirstBytes(data: unknown): Promise<string> {
  if (isReadable(data)) for await (const bytes of data) return new TextDecoder().decode(bytes);
  return "";
}
