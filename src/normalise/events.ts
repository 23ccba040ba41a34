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
import { type ChunkTranslation, createChunkOutput, createTranslatedOutput } from "./event-output.ts";
import { isOneLine, isWholeEvent, parseData, readSigns } from "./event-data.ts";
import { createRepeater } from "./repeat.ts";
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
  /** Makes a ProxyError of an error event's data. */
  readonly toError: (data: string) => ProxyError;
  /** What the client is told of an event that cannot be read. */
  readonly malformed: () => ProxyError;
  /** What the client is told when the stream stops short. */
  readonly truncated: () => ProxyError;
  /** What the client is told when reading fails. */
  readonly broken: (cause: unknown) => ProxyError;
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

/**
 * A stage for `createEventStream`. An error event as the very first data is thrown from `push` as a ProxyError, so that
 * it can still become a true HTTP error; a later one is sent on in OpenAI's shape.
 */
export function createEventTranslation(options: EventTranslationOptions): EventTranslation {
  const { endpoint, alias, mend, translation } = options;
  const output =
    translation === undefined
      ? createChunkOutput(endpoint, alias, mend !== undefined)
      : createTranslatedOutput(translation);
  const encodedAlias = encodeModelName(alias);
  const splitter = createFrameSplitter();
  const repeater = createRepeater();
  const joiner = createJoiner();
  /** Where each event is read, as mends do, one that cannot be read ends the answer. */
  const isRead = mend !== undefined || translation !== undefined;
  let hasData = false;
  /** `done` by the backend's own [DONE]; after `failed` nothing more goes out. */
  let state: "open" | "done" | "failed" = "open";
  let problem: string | undefined;
  /** The last two frames with data: the finish reason stands in the last, or before the usage. */
  let last: readonly SseData[] = [];

  function tell(error: ProxyError): Uint8Array {
    state = "failed";
    repeater.forget();
    problem = error.code ?? error.message;
    return output.error(error, lastData());
  }

  function translate(frame: Uint8Array): Uint8Array {
    if (state === "failed") return nothing;
    const parsed = parseFrame(frame);
    if (parsed.data.length === 0) return frame;
    if (isDone(frame, parsed.data)) {
      hasData = true;
      state = "done";
      repeater.forget();
      return joinChunks([flush(), output.done(frame)]);
    }
    const data = isRead ? parseData(readData(frame, parsed.data)) : undefined;
    const isMalformed = isRead && data !== null && !isJsonObject(data);
    const error = errorIn(frame, parsed) ?? (isMalformed ? options.malformed() : undefined);
    if (error !== undefined) {
      if (!hasData || mend?.isUndecided?.() === true) throw error;
      return tell(error);
    }
    hasData = true;
    last = [...last.slice(-1), { frame, parsed }];
    const chunks = isRead ? mendedChunks(frame, parsed, data) : undefined;
    const translated =
      chunks === undefined
        ? replaceModelInFrame(frame, parsed, endpoint.eventModelPath, encodedAlias)
        : output.chunks(chunks, parsed.event);
    if (translation === undefined && passesText() && (chunks?.length ?? 1) === 1)
      repeater.observe(frame, translated);
    else repeater.forget();
    return translated;
  }

  /** Where nothing is mended only the name is another one. */
  const passesText = () => mend === undefined || mend.passesText?.() === true;

  /** Undefined where the bytes can stay as they are, but for the name. */
  function mendedChunks(
    frame: Uint8Array,
    parsed: SseFrame,
    data: unknown,
  ): readonly JsonObject[] | undefined {
    // llama-server opens a stream of several prompts with null (recorded: completion-list-stream).
    if (!isJsonObject(data)) return [];
    // Some clients parse every line but data and comments as JSON, and each data line by itself.
    const isPlain = isOneLine(frame, parsed) && (endpoint.namesEvents || parsed.event === undefined);
    return mend?.chunk(data) ?? (isPlain && translation === undefined ? undefined : [data]);
  }

  /** What mends held back goes out before the end is told. */
  function flush(): Uint8Array {
    const held = mend?.end?.() ?? [];
    return held.length === 0 ? nothing : output.chunks(held, undefined);
  }

  function errorIn(frame: Uint8Array, parsed: SseFrame): ProxyError | undefined {
    const data = readData(frame, parsed.data);
    const isErrorEvent = parsed.event === "error";
    const { hasError, usage } = readSigns(data);
    if (usage !== undefined) options.onUsage?.(usage);
    if (!isErrorEvent && !hasError) return undefined;
    return options.toError(new TextDecoder().decode(data));
  }

  function lastData(): unknown {
    const told = last.at(-1);
    return told && parseData(readData(told.frame, told.parsed.data));
  }

  function isFinished(): boolean {
    return last.some(({ frame, parsed }) => endpoint.isFinalEvent(parseData(readData(frame, parsed.data))));
  }

  return {
    hasData: () => hasData,
    isUndecided: () => state === "open" && mend?.isUndecided?.() === true,
    problem: () => problem,
    push(chunk) {
      const frames = splitter.push(chunk);
      if (frames.length === 0) return nothing;
      const [only] = frames;
      if (frames.length === 1 && only !== undefined) {
        const pieces = repeater.match(only);
        return pieces === undefined ? translate(only) : joiner.join(pieces);
      }
      return joiner.join(frames.flatMap((frame) => repeater.match(frame) ?? translate(frame)));
    },
    end() {
      const rest = splitter.end();
      const tail =
        rest.byteLength > 0 && isWholeEvent(rest) ? joinChunks([translate(rest), lineEnds]) : nothing;
      if (state !== "open") return tail;
      if (isFinished()) return joinChunks([tail, flush(), output.unsaidDone()]);
      return joinChunks([tail, tell(options.truncated())]);
    },
    fault(cause) {
      return tell(cause instanceof ProxyError ? cause : options.broken(cause));
    },
  };
}

interface SseData {
  readonly frame: Uint8Array;
  readonly parsed: SseFrame;
}

/** Ends a last frame whose blank line the backend left out. */
const lineEnds = new TextEncoder().encode("\n\n");
