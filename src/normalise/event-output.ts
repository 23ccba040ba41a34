/** What goes out for the chunks of a stream: the chunks themselves, or another protocol's events. Knows no input bytes. */
import { joinChunks } from "../byte-channel.ts";
import type { ProxyError } from "../errors.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { type ErrorBody, formatErrorBody } from "../protocol/openai/error-body.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import { withModel } from "../protocol/openai/model-field.ts";
import { formatEvent } from "../sse/format.ts";

/** Makes another protocol's named events of this stream's chunks. */
export interface ChunkTranslation {
  chunk(chunk: JsonObject): readonly JsonObject[];
  /** The events behind the last chunk, when the backend finished. */
  end(): readonly JsonObject[];
  /** The events of an answer that broke off. */
  fail(error: ErrorBody): readonly JsonObject[];
}

export interface EventOutput {
  /** `event` is the name of the event that they came in. */
  chunks(chunks: readonly JsonObject[], event: string | undefined): Uint8Array;
  /** `lastData` is what the event before it held. */
  error(error: ProxyError, lastData: unknown): Uint8Array;
  /** For a backend that said by itself that it was done, in this frame. */
  done(frame: Uint8Array): Uint8Array;
  /** For a backend that finished without a word. */
  unsaidDone(): Uint8Array;
}

const nothing = new Uint8Array();
const done = formatEvent({ data: "[DONE]" });

/** The endpoint's own chunks under the client's name for the model; `endsWithDone` where the proxy answers for the end. */
export function createChunkOutput(endpoint: Endpoint, alias: string, endsWithDone: boolean): EventOutput {
  return {
    chunks: (chunks, event) =>
      joinChunks(
        chunks.map((chunk) =>
          formatEvent({
            event: endpoint.namesEvents ? event : undefined,
            data: JSON.stringify(withModel(chunk, endpoint.eventModelPath, alias)),
          }),
        ),
      ),
    error: (error, lastData) => formatEvent(endpoint.formatStreamError(error, lastData)),
    done: (frame) => frame,
    unsaidDone: () => (endsWithDone && !endpoint.namesEvents ? done : nothing),
  };
}

export function createTranslatedOutput(translation: ChunkTranslation): EventOutput {
  return {
    chunks: (chunks) => formatNamed(chunks.flatMap((chunk) => translation.chunk(chunk))),
    error: (error) => formatNamed(translation.fail(formatErrorBody(error))),
    done: () => formatNamed(translation.end()),
    unsaidDone: () => formatNamed(translation.end()),
  };
}

/** Each event under the name that its `type` is. */
function formatNamed(events: readonly JsonObject[]): Uint8Array {
  return joinChunks(
    events.map((event) => formatEvent({ event: String(event["type"]), data: JSON.stringify(event) })),
  );
}
