/** Stage 6: makes of a backend's response an answer in OpenAI's words, or a ProxyError. Knows no retry and no client. */
import { createStreamMend } from "../dialects/apply.ts";
import type { ProxyError } from "../errors.ts";
import { type ChunkReader, joinChunks } from "../byte-channel.ts";
import { mediaType } from "../http/headers.ts";
import { toChunks } from "../protocol/openai/answer-chunks.ts";
import { formatEvent } from "../sse/format.ts";
import type { StreamSource } from "../sse/stream.ts";
import type { AnswerContext } from "./answer-context.ts";
import { createEventTranslation, type EventTranslation } from "./events.ts";
import { readStart } from "./peek.ts";
import { isErrorBody } from "./hidden-error.ts";
import { createStreamErrors } from "./stream-errors.ts";
import { normaliseUpstreamError } from "./upstream-error.ts";
import { parseObject, readWholeAnswer, type WholeAnswer } from "./whole-answer.ts";

export type Answer = ({ readonly kind: "json"; readonly headers: Headers } & WholeAnswer) | StreamAnswer;

export interface StreamAnswer {
  readonly kind: "stream";
  /** For `takeHeaders`. */
  headers: Headers | undefined;
  readonly source: StreamSource;
  /** What went wrong in the stream so far, for the log. */
  problem(): string | undefined;
}

/** What its response told, and no longer a part of the answer: a stream lives long. */
export function takeHeaders(answer: Answer): Headers | undefined {
  const { headers } = answer;
  if (answer.kind === "stream") answer.headers = undefined;
  return headers;
}

/** An error body longer than this is cut: nobody reads more of it. */
export const maxErrorBytes = 64 * 1024;

/** Returns once the answer is sure: a whole JSON body, or a stream's first frame with data. */
export async function readAnswer(response: Response, context: AnswerContext): Promise<Answer> {
  try {
    if (!response.ok) throw await errorOf(response, context);
    const { headers } = response;
    if (mediaType(headers) === "text/event-stream") {
      return new OpenedStream(headers, await openSource(context.runtime.readPieces(response), context));
    }
    const bytes = await response.bytes();
    if (isWantedAsStream(context)) {
      const reader = eventsOf(bytes, response, context)?.getReader();
      return new OpenedStream(headers, await openSource(reader, context));
    }
    const whole = readWholeAnswer(bytes, context);
    if (whole === undefined) throw errorIn(bytes, response, context);
    return { kind: "json", headers, ...whole };
  } catch (thrown) {
    throw context.broken(thrown);
  }
}

/** The error that a response with an error status tells of. */
export async function errorOf(
  response: Response,
  context: Pick<AnswerContext, "backend" | "method" | "path"> & Partial<Pick<AnswerContext, "endpoint">>,
): Promise<ProxyError> {
  const { bytes, rest } = await readStart(response.body, maxErrorBytes);
  void rest?.cancel().catch(() => {});
  return normaliseUpstreamError({
    ...context,
    status: response.status,
    body: new TextDecoder().decode(bytes),
    headers: response.headers,
  });
}

/** What a body that came with a good status tells of, where it is no answer. */
function errorIn(bytes: Uint8Array, response: Response, context: AnswerContext): ProxyError {
  return normaliseUpstreamError({
    ...context,
    status: response.status,
    body: new TextDecoder().decode(bytes.subarray(0, maxErrorBytes)),
    headers: response.headers,
  });
}

/** Some servers answer in one piece although a stream was asked for; SDKs would read nothing at all in it. */
function isWantedAsStream({ endpoint, facts }: AnswerContext): boolean {
  const hasChunks = endpoint.kind === "chat" || endpoint.kind === "completions";
  return hasChunks && facts.asked["stream"] === true;
}

function eventsOf(
  bytes: Uint8Array,
  response: Response,
  context: AnswerContext,
): ReadableStream<Uint8Array> | null {
  const parsed = parseObject(bytes);
  if (parsed === undefined || isErrorBody(parsed)) throw errorIn(bytes, response, context);
  const data = [...toChunks(parsed).map((chunk) => JSON.stringify(chunk)), "[DONE]"];
  return new Response(joinChunks(data.map((text) => formatEvent({ data: text })))).body;
}

interface OpenedSource extends StreamSource {
  readonly stage: EventTranslation;
}

class OpenedStream implements StreamAnswer {
  readonly kind = "stream";
  headers: Headers | undefined;
  readonly source: OpenedSource;

  constructor(headers: Headers, source: OpenedSource) {
    this.headers = headers;
    this.source = source;
  }

  problem(): string | undefined {
    return this.source.stage.problem();
  }
}

async function openSource(reader: ChunkReader | undefined, context: AnswerContext): Promise<OpenedSource> {
  const { endpoint, alias, mends, facts, onMend, onUsage, translation } = context;
  const errors = createStreamErrors(context);
  const mend = createStreamMend(mends, facts, onMend);
  const stage = createEventTranslation({ endpoint, alias, mend, translation, onUsage, errors });
  if (reader === undefined) throw errors.truncated();
  const head: Uint8Array[] = [];
  try {
    while (!stage.hasData() || stage.isUndecided()) {
      const { done, value } = await reader.read();
      if (done && stage.hasData()) break;
      if (done) throw errors.truncated();
      head.push(stage.push(value));
    }
  } catch (thrown) {
    void reader.cancel().catch(() => {});
    throw errors.broken(thrown, stage.hasData());
  }
  return { head: joinChunks(head), reader, stage };
}
