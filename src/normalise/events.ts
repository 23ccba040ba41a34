/** Translates a backend's event stream into the client's, frame by frame. Knows no fetch and no timer. */
import type { StreamMend } from "../dialects/mend.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import type { TokenCounts } from "../protocol/openai/read-usage.ts";
import { encodeModelName, replaceModelInFrame } from "../protocol/openai/splice.ts";
import { ProxyError } from "../errors.ts";
import { joinChunks } from "../byte-channel.ts";
import { createJoiner } from "../sse/joiner.ts";
import { createFrameSplitter } from "../sse/frames.ts";
import { isDone, parseFrame, readData, type SseFrame } from "../sse/parse.ts";
import {
  type ChunkTranslation,
  createChunkOutput,
  createTranslatedOutput,
  type EventOutput,
} from "./event-output.ts";
import { isOneLine, isWholeEvent, parseData, readSigns } from "./event-data.ts";
import { createRepeater, type Repeater } from "./repeat.ts";
import type { StreamErrors } from "./stream-errors.ts";
import type { StreamStage } from "../sse/stream.ts";

export interface EventTranslationOptions {
  readonly endpoint: Endpoint;
  /** The name that the client asked for. */
  readonly alias: string;
  /** What is to be made up for in each chunk; undefined leaves all bytes but the name as they are. */
  readonly mend: StreamMend | undefined;
  /** What becomes of the mended chunks; undefined where they stay chunks. */
  readonly translation?: ChunkTranslation | undefined;
  /** Hears what the stream tells of its tokens, whether or not the client is to see it. */
  readonly onUsage?: ((counts: TokenCounts) => void) | undefined;
  readonly errors: StreamErrors;
}

export interface EventTranslation extends StreamStage {
  /** True once a frame with data came, as opposed to comments. */
  hasData(): boolean;
  /** Whether the answer may still turn out to be an error, while nothing was put out. */
  isUndecided(): boolean;
  /** The code or message of the last error that the client was told; undefined while all was well. */
  problem(): string | undefined;
}

const nothing = new Uint8Array();

/** All streams share it: what it keeps in hand is held once. */
const joiner = createJoiner();

/**
 * A stage for `createEventStream`. An error event as the very first data is thrown from `push` as a ProxyError, so that
 * it can still become a true HTTP error; a later one is sent on in OpenAI's shape.
 */
export function createEventTranslation(options: EventTranslationOptions): EventTranslation {
  return new EventStage(options);
}

/** What is yet to be known of an event: whether it was a final one, or its data where that has not been read. */
type PastEvent = boolean | Uint8Array;

class EventStage implements EventTranslation {
  readonly #endpoint: Endpoint;
  readonly #mend: StreamMend | undefined;
  readonly #isTranslated: boolean;
  /** Where each event is read, as mends do, one that cannot be read ends the answer. */
  readonly #isRead: boolean;
  readonly #onUsage: EventTranslationOptions["onUsage"];
  readonly #errors: StreamErrors;
  readonly #output: EventOutput;
  readonly #encodedAlias: Uint8Array;
  readonly #splitter = createFrameSplitter();
  /** Made for the first text. */
  #repeater: Repeater | undefined = undefined;
  #hasData = false;
  /** `done` by the backend's own [DONE]; after `failed` nothing more goes out. */
  #state: "open" | "done" | "failed" = "open";
  #problem: string | undefined = undefined;
  /** The last two frames with data: the finish reason stands in the last, or before the usage. */
  #last: PastEvent = false;
  #beforeLast: PastEvent = false;

  constructor({ endpoint, alias, mend, translation, onUsage, errors }: EventTranslationOptions) {
    this.#endpoint = endpoint;
    this.#mend = mend;
    this.#isTranslated = translation !== undefined;
    this.#isRead = mend !== undefined || translation !== undefined;
    this.#onUsage = onUsage;
    this.#errors = errors;
    this.#output =
      translation === undefined
        ? createChunkOutput(endpoint, alias, mend !== undefined)
        : createTranslatedOutput(translation);
    this.#encodedAlias = encodeModelName(alias);
  }

  hasData(): boolean {
    return this.#hasData;
  }

  isUndecided(): boolean {
    return this.#state === "open" && this.#mend?.isUndecided?.() === true;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  push(chunk: Uint8Array): Uint8Array {
    const frames = this.#splitter.push(chunk);
    const [only] = frames;
    if (only === undefined) return nothing;
    const spared = this.#repeater?.match(frames, joiner);
    if (spared !== undefined) return spared;
    if (frames.length === 1) return this.#translate(only);
    return joiner.join(
      frames.map((frame) => this.#repeater?.match([frame], joiner) ?? this.#translate(frame)),
    );
  }

  end(): Uint8Array {
    const rest = this.#splitter.end();
    const tail =
      rest.byteLength > 0 && isWholeEvent(rest) ? joinChunks([this.#translate(rest), lineEnds]) : nothing;
    if (this.#state !== "open") return tail;
    if (this.#isFinished()) return joinChunks([tail, this.#flush(), this.#output.unsaidDone()]);
    return joinChunks([tail, this.#tell(this.#errors.truncated())]);
  }

  fault(cause: unknown): Uint8Array {
    return this.#tell(cause instanceof ProxyError ? cause : this.#errors.broken(cause, this.#hasData));
  }

  #tell(error: ProxyError): Uint8Array {
    this.#state = "failed";
    this.#repeater?.forget();
    this.#problem = error.code ?? error.message;
    return this.#output.error(error, typeof this.#last === "boolean" ? undefined : parseData(this.#last));
  }

  #translate(frame: Uint8Array): Uint8Array {
    if (this.#state === "failed") return nothing;
    const parsed = parseFrame(frame);
    if (parsed.data.length === 0) return frame;
    if (isDone(frame, parsed.data)) {
      this.#hasData = true;
      this.#state = "done";
      this.#repeater?.forget();
      return joinChunks([this.#flush(), this.#output.done(frame)]);
    }
    const bytes = readData(frame, parsed.data);
    const data = this.#isRead ? parseData(bytes) : undefined;
    const isMalformed = this.#isRead && data !== null && !isJsonObject(data);
    const error = this.#errorIn(bytes, parsed) ?? (isMalformed ? this.#errors.malformed() : undefined);
    if (error !== undefined) {
      if (!this.#hasData || this.#mend?.isUndecided?.() === true) throw error;
      return this.#tell(error);
    }
    this.#hasData = true;
    this.#remember(bytes, data);
    const chunks = this.#isRead ? this.#mendedChunks(frame, parsed, data) : undefined;
    const translated =
      chunks === undefined
        ? replaceModelInFrame(frame, parsed, this.#endpoint.eventModelPath, this.#encodedAlias)
        : this.#output.chunks(chunks, parsed.event);
    if (!this.#isTranslated && this.#passesText() && (chunks?.length ?? 1) === 1) {
      this.#repeater ??= createRepeater();
      this.#repeater.observe(frame, translated);
    } else this.#repeater?.forget();
    return translated;
  }

  /** Keeps no bytes without need: they would keep the whole chunk that they came in for as long as the stream is quiet. */
  #remember(bytes: Uint8Array, data: unknown): void {
    this.#beforeLast = this.#last;
    // An error among named events counts on from the last one.
    this.#last = this.#isRead && !this.#endpoint.namesEvents ? this.#endpoint.isFinalEvent(data) : bytes;
  }

  #isFinished(): boolean {
    return this.#wasFinal(this.#last) || this.#wasFinal(this.#beforeLast);
  }

  #wasFinal(event: PastEvent): boolean {
    return typeof event === "boolean" ? event : this.#endpoint.isFinalEvent(parseData(event));
  }

  /** Where nothing is mended only the name is another one. */
  #passesText(): boolean {
    return this.#mend === undefined || this.#mend.passesText?.() === true;
  }

  /** Undefined where the bytes can stay as they are, but for the name. */
  #mendedChunks(frame: Uint8Array, parsed: SseFrame, data: unknown): readonly JsonObject[] | undefined {
    // llama-server opens a stream of several prompts with null (recorded: completion-list-stream).
    if (!isJsonObject(data)) return [];
    // Some clients parse every line but data and comments as JSON, and each data line by itself.
    const isPlain = isOneLine(frame, parsed) && (this.#endpoint.namesEvents || parsed.event === undefined);
    return this.#mend?.chunk(data) ?? (isPlain && !this.#isTranslated ? undefined : [data]);
  }

  /** What mends held back goes out before the end is told. */
  #flush(): Uint8Array {
    const held = this.#mend?.end?.() ?? [];
    return held.length === 0 ? nothing : this.#output.chunks(held, undefined);
  }

  #errorIn(data: Uint8Array, { event }: SseFrame): ProxyError | undefined {
    const { hasError, usage } = readSigns(data);
    if (usage !== undefined) this.#onUsage?.(usage);
    if (event !== "error" && !hasError) return undefined;
    return this.#errors.toError(new TextDecoder().decode(data));
  }
}

/** Ends a last frame whose blank line the backend left out. */
const lineEnds = new TextEncoder().encode("\n\n");
