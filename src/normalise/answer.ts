/** Stage 6: makes of a backend's response an answer in OpenAI's words, or a ProxyError. Knows no retry and no client. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { createStreamMend, mendAnswer } from "../dialects/apply.ts";
import type { Mend, MendFacts } from "../dialects/mend.ts";
import { badGateway, type ProxyError } from "../errors.ts";
import { joinChunks } from "../http/body.ts";
import { mediaType } from "../http/headers.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { toChunks } from "../protocol/openai/answer-chunks.ts";
import type { TokenCounts } from "../protocol/openai/read-usage.ts";
import { scanObject } from "../protocol/openai/scan.ts";
import { isJsonObject } from "../protocol/openai/fields.ts";
import { withModel } from "../protocol/openai/model-field.ts";
import { encodeModelName, replaceModel } from "../protocol/openai/splice.ts";
import { formatEvent } from "../sse/format.ts";
import { FrameTooLargeError } from "../sse/frames.ts";
import type { StreamSource } from "../sse/stream.ts";
import type { ChunkTranslation } from "./event-output.ts";
import { createEventTranslation } from "./events.ts";
import { readStart } from "./peek.ts";
import { normaliseUpstreamError } from "./upstream-error.ts";

export type Answer =
  | { readonly kind: "json"; readonly headers: Headers; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: "stream";
      readonly headers: Headers;
      readonly source: StreamSource;
      /** What went wrong in the stream so far, for the log. */
      readonly problem: () => string | undefined;
    };

export interface AnswerContext {
  readonly backend: BackendPlan;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  /** The name that the client asked for. */
  readonly alias: string;
  /** What is to be made up for on this backend. */
  readonly mends: readonly Mend[];
  readonly facts: MendFacts;
  /** Makes another protocol of a stream's chunks; undefined where they stay as they are. */
  readonly translation?: ChunkTranslation | undefined;
  /** Hears the id of each mend that changed something. */
  readonly onMend: (id: string) => void;
  /** Hears the token counts of a stream. */
  readonly onUsage?: (counts: TokenCounts) => void;
  /** What a failed read means; depends on who called the work off. */
  readonly broken: (cause: unknown) => ProxyError;
}

/** An error body longer than this is cut: nobody reads more of it. */
export const maxErrorBytes = 64 * 1024;

/** Returns once the answer is sure: a whole JSON body, or a stream's first frame with data. */
export async function readAnswer(response: Response, context: AnswerContext): Promise<Answer> {
  try {
    if (!response.ok) throw await errorOf(response, context);
    const { headers } = response;
    if (mediaType(headers) === "text/event-stream") {
      return { kind: "stream", headers, ...(await openStream(response.body, context)) };
    }
    const bytes = await readJson(response, context);
    return isWantedAsStream(context)
      ? { kind: "stream", headers, ...(await openStream(eventsOf(bytes), context)) }
      : { kind: "json", headers, bytes: mendJson(bytes, context) };
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

const answerKeys = ["error", "choices", "data", "object", "output"];

/** Whether a body that came with a good status tells of an error all the same, as LM Studio's do. */
export function isHiddenError(json: Uint8Array): boolean {
  const fields = scanObject(json, 0, json.byteLength, answerKeys);
  if (fields === undefined) return false;
  const isFlatError = fields.some(
    ({ key, valueStart }) => key === "object" && startsWith(json, valueStart, errorString),
  );
  if (isFlatError) return true;
  const hasError = fields.some(({ key, valueStart }) => key === "error" && json[valueStart] !== 0x6e);
  return hasError && fields.every(({ key }) => key === "error");
}

/** What older versions of vLLM call an answer that is an error. */
const errorString = new TextEncoder().encode('"error"');

function startsWith(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  return expected.every((byte, index) => bytes[start + index] === byte);
}

async function readJson(response: Response, context: AnswerContext): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isObject = scanObject(bytes, 0, bytes.byteLength, []) !== undefined;
  if (!isObject || isHiddenError(bytes)) {
    throw normaliseUpstreamError({
      ...context,
      status: response.status,
      body: new TextDecoder().decode(bytes.subarray(0, maxErrorBytes)),
      headers: response.headers,
    });
  }
  return bytes;
}

/** Some servers answer in one piece although a stream was asked for; SDKs would read nothing at all in it. */
function isWantedAsStream({ endpoint, facts }: AnswerContext): boolean {
  const hasChunks = endpoint.kind === "chat" || endpoint.kind === "completions";
  return hasChunks && facts.asked["stream"] === true;
}

function eventsOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> | null {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const data = [
    ...toChunks(isJsonObject(parsed) ? parsed : {}).map((chunk) => JSON.stringify(chunk)),
    "[DONE]",
  ];
  return new Response(joinChunks(data.map((text) => formatEvent({ data: text })))).body;
}

/** Under the client's name for the model, and mended. */
function mendJson(bytes: Uint8Array<ArrayBuffer>, context: AnswerContext): Uint8Array<ArrayBuffer> {
  return (
    rebuiltJson(bytes, context) ??
    replaceModel(bytes, context.endpoint.answerModelPath, encodeModelName(context.alias))
  );
}

/** The answer rebuilt, where a mend had something to change in it. */
function rebuiltJson(bytes: Uint8Array, context: AnswerContext): Uint8Array<ArrayBuffer> | undefined {
  if (context.mends.every((mend) => mend.answer === undefined)) return undefined;
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isJsonObject(parsed)) return undefined;
  const { body, applied } = mendAnswer(context.mends, parsed, context.facts);
  for (const id of applied) context.onMend(id);
  if (applied.length === 0) return undefined;
  return new TextEncoder().encode(
    JSON.stringify(withModel(body, context.endpoint.answerModelPath, context.alias)),
  );
}

type OpenedStream = Pick<Extract<Answer, { kind: "stream" }>, "source" | "problem">;

async function openStream(
  body: ReadableStream<Uint8Array> | null,
  context: AnswerContext,
): Promise<OpenedStream> {
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
    stage.hasData && error.code === "backend_connection_lost" ? truncated() : error;
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
  if (body === null) throw truncated();
  const reader = body.getReader();
  const head: Uint8Array[] = [];
  try {
    while (!stage.hasData || stage.isUndecided) {
      const { done, value } = await reader.read();
      if (done && stage.hasData) break;
      if (done) throw truncated();
      head.push(stage.push(value));
    }
  } catch (thrown) {
    void reader.cancel().catch(() => {});
    throw broken(thrown);
  }
  return { source: { head: joinChunks(head), reader, stage }, problem: () => stage.problem };
}
