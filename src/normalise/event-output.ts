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
  return new ChunkOutput(endpoint, alias, endsWithDone);
}

class ChunkOutput implements EventOutput {
  readonly #endpoint: Endpoint;
  readonly #alias: string;
  readonly #endsWithDone: boolean;

  constructor(endpoint: Endpoint, alias: string, endsWithDone: boolean) {
    this.#endpoint = endpoint;
    this.#alias = alias;
    this.#endsWithDone = endsWithDone;
  }

  chunks(chunks: readonly JsonObject[], event: string | undefined): Uint8Array {
    const { namesEvents, eventModelPath } = this.#endpoint;
    const alias = this.#alias;
    return joinChunks(
      chunks.map((chunk) =>
        formatEvent({
          event: namesEvents ? event : undefined,
          data: JSON.stringify(withModel(chunk, eventModelPath, alias)),
        }),
      ),
    );
  }

  error(error: ProxyError, lastData: unknown): Uint8Array {
    return formatEvent(this.#endpoint.formatStreamError(error, lastData));
  }

  done(frame: Uint8Array): Uint8Array {
    return frame;
  }

  unsaidDone(): Uint8Array {
    return this.#endsWithDone && !this.#endpoint.namesEvents ? done : nothing;
  }
}

export function createTranslatedOutput(translation: ChunkTranslation): EventOutput {
  return new TranslatedOutput(translation);
}

class TranslatedOutput implements EventOutput {
  readonly #translation: ChunkTranslation;

  constructor(translation: ChunkTranslation) {
    this.#translation = translation;
  }

  chunks(chunks: readonly JsonObject[]): Uint8Array {
    return formatNamed(chunks.flatMap((chunk) => this.#translation.chunk(chunk)));
  }

  error(error: ProxyError): Uint8Array {
    return formatNamed(this.#translation.fail(formatErrorBody(error)));
  }

  done(): Uint8Array {
    return formatNamed(this.#translation.end());
  }

  unsaidDone(): Uint8Array {
    return formatNamed(this.#translation.end());
  }
}

/** Each event under the name that its `type` is. */
function formatNamed(events: readonly JsonObject[]): Uint8Array {
  return joinChunks(
    events.map((event) => formatEvent({ event: String(event["type"]), data: JSON.stringify(event) })),
  );
}
