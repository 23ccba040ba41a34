/** Several choices, or prompts, for a backend that takes one at a time: as many requests side by side, joined to one answer. */
import { selectMendsOfAny } from "../dialects/apply.ts";
import { severalChoices } from "../dialects/mends/several-choices.ts";
import { severalPrompts } from "../dialects/mends/several-prompts.ts";
import { ProxyError } from "../errors.ts";
import { createCancellation } from "../http/cancel.ts";
import type { Answer } from "../normalise/answer.ts";
import { mergeAnswers, mergeStreams } from "../normalise/merge.ts";
import { usageOf } from "../protocol/openai/read-usage.ts";
import { mayMoveOn } from "../route/failover.ts";
import type { Place } from "../route/queue/waiting-room.ts";
import { goOn, parseAnswer } from "./answer-body.ts";
import { mayAnswer } from "./may-answer.ts";
import { type ModelRequestBody, toRequestBody } from "./request-body.ts";
import type { Attempt } from "./attempt.ts";
import { factsOf, type Journey, type OpenAnswer, wishOf } from "./open-answer.ts";
import { openWithTool } from "./required-tool.ts";
import { type Singles, toSingles } from "./singles.ts";
import { withoutPrompt } from "./token-count.ts";

const several = [severalChoices, severalPrompts];

/** One request, or one a choice where the backend gives only one at a time. */
export function openChoices(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange, services } = journey;
  const facts = factsOf(request, journey);
  // Most requests ask for one choice of one prompt, whoever answers.
  const isOne = several.every((mend) => mend.applies?.(facts) === false);
  const needed = isOne
    ? []
    : selectMendsOfAny(several, mayAnswer(exchange, services), facts).map(({ id }) => id);
  if (needed.length === 0) return openWithTool(clientHeaders, request, journey);
  const singles = toSingles(request.fields, {
    choices: needed.includes(severalChoices.id),
    prompts: needed.includes(severalPrompts.id),
  });
  if (singles.requests.length === 1) return openWithTool(clientHeaders, request, journey);
  for (const id of needed) exchange.mends.add(id);
  return openEach(clientHeaders, request, singles, journey);
}

/** All of them on one backend, and on another one where it fails: each part by itself would go where it has no place. */
async function openEach(
  clientHeaders: Headers,
  request: ModelRequestBody,
  { requests, perPrompt }: Singles,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange, work, services } = journey;
  const { router, places } = services;
  const wish = wishOf(request, journey);
  const singles = requests.map((fields) => toRequestBody(fields, exchange.target?.model));
  const tried = new Set<string>();
  for (;;) {
    // One place for all of them: each waiting for its own, they could wait for each other for ever.
    const asking = { exchange, model: wish.needs.model };
    const place = await places.take(router.order(wish, tried), asking, work.signal);
    exchange.backend = place.backend;
    exchange.waitedMs += place.waitedMs;
    try {
      return await openOn(place, clientHeaders, singles, perPrompt, journey);
    } catch (thrown) {
      place.release({ isServed: false });
      tried.add(place.backend);
      const mayGoOn = thrown instanceof ProxyError && mayMoveOn(thrown) && work.reason === undefined;
      if (!mayGoOn || router.order(wish, tried).length === 0) throw thrown;
    }
  }
}

async function openOn(
  place: Place,
  clientHeaders: Headers,
  singles: readonly ModelRequestBody[],
  perPrompt: number,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange } = journey;
  const work = createCancellation(journey.work.signal, "parent");
  const tries = singles.map((single, index) => {
    const tokens = index % perPrompt === 0 ? exchange.tokens : withoutPrompt(exchange.tokens);
    return { single, own: { ...exchange, tokens, mends: new Set<string>() } };
  });
  const held = { ...journey, work, placeOn: place.backend, only: place.backend };
  const opening = tries.map(({ single, own }) =>
    openWithTool(clientHeaders, single, { ...held, exchange: own }),
  );
  let open: readonly OpenAnswer[];
  try {
    open = await Promise.all(opening);
  } catch (thrown) {
    // The others are not to work for an answer that nobody gets.
    work.cancel("parent");
    // The backend has worked for it all the same.
    exchange.attempts = Math.max(...tries.map(({ own }) => own.attempts));
    for (const late of opening) void late.then(({ attempt }) => attempt.release("neutral")).catch(() => {});
    throw thrown;
  }
  const [first] = open;
  const own = tries[0]?.own;
  if (first === undefined || own === undefined) throw new Error("At least two choices were asked for.");
  Object.assign(exchange, { attempts: own.attempts, firstByteAt: own.firstByteAt });
  for (const id of own.mends) exchange.mends.add(id);
  const release: Attempt["release"] = (outcome) => {
    for (const { attempt } of open) attempt.release(outcome);
    place.release({ isServed: true });
  };
  const attempt = { backend: first.attempt.backend, cancellation: work, release };
  const answers = open.map(({ answer }) => answer);
  return { attempt, answer: goOn({ attempt }, () => mergeOpen(answers, first, perPrompt)) };
}

function mergeOpen(
  answers: readonly Answer[],
  { answer: first, attempt: { backend } }: OpenAnswer,
  perPrompt: number,
): Answer {
  if (first.kind === "stream") {
    const streams = answers.filter((answer) => answer.kind === "stream");
    return {
      ...first,
      source: mergeStreams(
        streams.map(({ source }) => source),
        perPrompt,
      ),
      problem: () => streams.map((stream) => stream.problem()).find((problem) => problem !== undefined),
    };
  }
  const bodies = answers.flatMap((answer) => (answer.kind === "json" ? [parseAnswer(answer, backend)] : []));
  const merged = mergeAnswers(bodies, perPrompt);
  return { ...first, bytes: new TextEncoder().encode(JSON.stringify(merged)), usage: usageOf(merged) };
}
