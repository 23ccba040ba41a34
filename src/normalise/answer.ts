/** Stage 6: makes of a backend's response an answer in OpenAI's words, or a ProxyError. Knows no retry and no client. */
import { labelOf } from "../dialects/label.ts";
import { createStreamMend } from "../dialects/apply.ts";
import { badGateway, type ProxyError } from "../errors.ts";
import { type ChunkReader, joinChunks } from "../byte-channel.ts";
import { mediaType } from "../http/headers.ts";
import { toChunks } from "../protocol/openai/answer-chunks.ts";
import { formatEvent } from "../sse/format.ts";
import { FrameTooLargeError } from "../sse/frames.ts";
import type { StreamSource } from "../sse/stream.ts";
import type { AnswerContext } from "./answer-context.ts";
import { createEventTranslation } from "./events.ts";
import { readStart } from "./peek.ts";
import { isErrorBody } from "./hidden-error.ts";
import { normaliseUpstreamError } from "./upstream-error.ts";
import { parseObject, readWholeAnswer, type WholeAnswer } from "./whole-answer.ts";

export type Answer =
  | ({ readonly kind: "json"; readonly headers: Headers } & WholeAnswer)
  | {
      readonly kind: "stream";
      readonly headers: Headers;
      readonly source: StreamSource;
      /** What went wrong in the stream so far, for the log. */
      readonly problem: () => string | undefined;
    };

/** An error body longer than this is cut: nobody reads more of it. */
export const maxErrorBytes = 64 * 1024;

/** Returns once the answer is sure: a whole JSON body, or a stream's first frame with data. */
export async function readAnswer(response: Response, context: AnswerContext): Promise<Answer> {
  try {
    if (!response.ok) throw await errorOf(response, context);
    const { headers } = response;
    if (mediaType(headers) === "text/event-stream") {
      return { kind: "stream", headers, ...(await openStream(context.readPieces(response), context)) };
    }
    const bytes = await response.bytes();
    if (isWantedAsStream(context)) {
      return {
        kind: "stream",
        headers,
        ...(await openStream(eventsOf(bytes, response, context)?.getReader(), context)),
      };
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

type OpenedStream = Pick<Extract<Answer, { kind: "stream" }>, "source" | "problem">;

async function openStream(reader: ChunkReader | undefined, context: AnswerContext): Promise<OpenedStream> {
  const { backend, endpoint, alias, mends, facts, onMend, onUsage, translation } = context;
  const broken = (cause: unknown) =>
    cause instanceof FrameTooLargeError
      ? badGateway(
          `${labelOf(backend)} sent one event of more than ${cause.limitBytes} bytes.`,
          "backend_event_too_large",
        )
      : lostLate(context.broken(cause));
  // What was lost in the middle was no answer that never began.
  const lostLate = (error: ProxyError) =>
    stage.hasData() && error.code === "backend_connection_lost" ? truncated() : error;
  const truncated = () =>
    badGateway(
      `${labelOf(backend)} ended the answer before it was finished. Its own log tells why; did it unload the model or crash?`,
      "backend_stream_cut",
    );
  const stage = createEventTranslation({
    endpoint,
    alias,
    mend: createStreamMend(mends, facts, onMend),
    translation,
    onUsage,
    toError: (data) => normaliseUpstreamError({ ...context, status: 200, body: data }),
    malformed: () =>
      badGateway(`${labelOf(backend)} sent an event that is no JSON object.`, "backend_event_malformed"),
    truncated,
    broken,
  });
  if (reader === undefined) throw truncated();
  const head: Uint8Array[] = [];
  try {
    while (!stage.hasData() || stage.isUndecided()) {
      const { done, value } = await reader.read();
      if (done && stage.hasData()) break;
      if (done) throw truncated();
      head.push(stage.push(value));
    }
  } catch (thrown) {
    void reader.cancel().catch(() => {});
    throw broken(thrown);
  }
  return { source: { head: joinChunks(head), reader, stage }, problem: stage.problem };
}
