/** Gets the answer to a model request from a backend: what is sent and how it is read, for the attempt loop. */
import { selectMends } from "../dialects/apply.ts";
import { type Mended, mendRequest } from "../dialects/mend-request.ts";
import type { Mend, MendFacts } from "../dialects/mend.ts";
import { mends } from "../dialects/mends/index.ts";
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";
import { type Answer, readAnswer } from "../normalise/answer.ts";
import type { ChunkTranslation } from "../normalise/event-output.ts";
import type { LongTexts } from "../protocol/openai/long-texts.ts";
import { imagesIn } from "../protocol/openai/image-parts.ts";
import { isSameModel } from "../protocol/openai/models.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { type UpstreamRequest, upstreamHeaders } from "../upstream/request.ts";
import type { Attempt } from "./attempt.ts";
import { runAttempts } from "./attempts.ts";
import { encodeRequest, type ModelRequestBody } from "./request-body.ts";
import type { Wish } from "./router.ts";
import type { Services } from "./services.ts";
import { countStream } from "./token-count.ts";

/** An answer and the attempt that it belongs to, which is open until the last byte is on its way. */
export interface OpenAnswer {
  readonly answer: Answer;
  readonly attempt: OpenAttempt;
}

/** What an answer still needs of its attempt. */
export type OpenAttempt = Pick<Attempt, "backend" | "cancellation" | "release">;

/** One request on its way through the stages, with what they share. */
export interface Journey {
  readonly endpoint: Endpoint;
  readonly exchange: Exchange;
  readonly work: Cancellation;
  readonly services: Services;
  /** What was taken out of the request's texts and is to be put back before it is sent. */
  readonly longTexts?: LongTexts | undefined;
  /** Makes another protocol of an answer's stream, anew for each attempt; left out where it stays as it is. */
  readonly translate?: () => ChunkTranslation;
  /** The backend with the place that was taken for several requests together. */
  readonly placeOn?: string;
  /** The only backend that may be asked. */
  readonly only?: string;
}

/** What mends may know of this request. */
export function factsOf(
  { fields }: ModelRequestBody,
  { exchange, endpoint, services }: Pick<Journey, "exchange" | "endpoint" | "services">,
): MendFacts {
  const model = exchange.target?.model ?? fields.model;
  const options = services.plan.modelOptions(model);
  return {
    endpoint: endpoint.kind,
    asked: fields,
    model,
    askedAt: Math.floor(exchange.startedAt / 1000),
    options,
    contextLength: () => options.contextLength ?? toldContextLength(model, services),
  };
}

/** What backends are chosen by. */
export function wishOf(
  { fields }: ModelRequestBody,
  { exchange, endpoint, services: { plan } }: Pick<Journey, "exchange" | "endpoint" | "services">,
): Wish {
  const { alias, principal, target } = exchange;
  const { messages, tools } = fields;
  const list = Array.isArray(messages) ? messages : undefined;
  // With one backend there is nothing to choose, and nothing to look for.
  const isChoice = plan.backends.length > 1;
  return {
    needs: {
      model: target?.model,
      kind: endpoint.modelKind,
      vision: isChoice && list !== undefined && imagesIn(fields).length > 0,
      tools: isChoice && Array.isArray(tools) && tools.length > 0,
    },
    route: plan.routeOf({ alias, endpoint: endpoint.kind, principal }),
    messages: list,
  };
}

/** The smallest one that any backend told: it is not decided yet which one answers. */
function toldContextLength(model: string, { pool, plan }: Services): number | undefined {
  const told = pool
    .snapshot(plan)
    .flatMap(({ models = [] }) => models.filter(({ id }) => isSameModel(model, id)))
    .flatMap(({ contextLength = [] }) => contextLength);
  return told.length === 0 ? undefined : Math.min(...told);
}

export function openAnswer(
  clientHeaders: Headers,
  request: ModelRequestBody,
  { endpoint, exchange, work, services, longTexts, translate, placeOn, only }: Journey,
): Promise<OpenAnswer> {
  const alias = exchange.alias ?? "";
  const wish = wishOf(request, { endpoint, exchange, services });
  const facts = factsOf(request, { exchange, endpoint, services });
  /** Of the backend that is being asked. */
  let needed: readonly Mend[] = [];
  return runAttempts(exchange, work, services, {
    wish: only === undefined ? wish : { ...wish, route: { ...wish.route, backends: new Set([only]) } },
    canRepeat: true,
    needsPlace: placeOn === undefined,
    placeOn,
    toRequest(backend) {
      needed = selectMends(mends, backend, facts);
      const headers = upstreamHeaders(clientHeaders, backend, exchange.id);
      headers.set("content-type", "application/json");
      const mended = mendRequest(needed, request.fields, facts);
      const send = (change: Mended): UpstreamRequest => {
        const body = mendedBody(request, change, exchange, facts.model);
        const whole = longTexts?.restore(body) ?? body;
        return { method: "POST", path: `/v1${endpoint.path}`, headers, body: whole };
      };
      return mended instanceof Promise ? mended.then(send) : send(mended);
    },
    read: (response, attempt) =>
      readAnswer(response, {
        backend: attempt.backend,
        endpoint,
        method: exchange.method,
        path: exchange.path,
        alias,
        broken: brokenIn(attempt),
        mends: needed,
        facts: exchange.streamed ? withoutPrompt(facts) : facts,
        onMend: noteMends(exchange),
        runtime: services.runtime,
        onUsage: countStream(exchange),
        translation: translate?.(),
      }),
  });
}

// What an answer holds on to is made out here, where no request's body is in sight: answers may take long.

const brokenIn = (attempt: Attempt) => (thrown: unknown) => attempt.broken(thrown);

/** What was asked, but for what it was asked about, which may be long. */
function withoutPrompt({ asked, ...facts }: MendFacts): MendFacts {
  const { messages: _messages, input: _input, prompt: _prompt, ...rest } = asked;
  return { ...facts, asked: rest };
}

function noteMends(exchange: Exchange): (id: string) => void {
  return (id) => void exchange.mends.add(id);
}

/** The client's own bytes, which name the model that is asked for, where no mend has anything to change. */
function mendedBody(
  { bytes }: ModelRequestBody,
  { body, applied }: Mended,
  exchange: Exchange,
  model: string,
): Uint8Array<ArrayBuffer> {
  if (applied.length > 0 || exchange.mends.size > 0) exchange.mends = new Set(applied);
  return applied.length === 0 ? bytes : encodeRequest({ ...body, model });
}
