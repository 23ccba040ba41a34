/** Several choices, or prompts, for a backend that takes one at a time: as many requests side by side, joined to one answer. */
import { selectMendsOfAny } from "../dialects/apply.ts";
import { severalChoices } from "../dialects/mends/several-choices.ts";
import { severalPrompts } from "../dialects/mends/several-prompts.ts";
import { createCancellation } from "../http/cancel.ts";
import type { Answer } from "../normalise/answer.ts";
import { mergeAnswers, mergeStreams } from "../normalise/merge.ts";
import { usageOf } from "../protocol/openai/read-usage.ts";
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

async function openEach(
  clientHeaders: Headers,
  request: ModelRequestBody,
  { requests, perPrompt }: Singles,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange } = journey;
  const { router, places } = journey.services;
  // One place for all of them: each waiting for its own, they could wait for each other for ever.
  const wish = wishOf(request, journey);
  const singles = requests.map((fields) => toRequestBody(fields, exchange.target?.model));
  const place = await places.take(
    router.order(wish, new Set()),
    { exchange, model: wish.needs.model },
    journey.work.signal,
  );
  exchange.backend = place.backend;
  exchange.waitedMs += place.waitedMs;
  const work = createCancellation(journey.work.signal, "parent");
  const tries = singles.map((single, index) => {
    const tokens = index % perPrompt === 0 ? exchange.tokens : withoutPrompt(exchange.tokens);
    return { single, own: { ...exchange, tokens, mends: new Set<string>() } };
  });
  const opening = tries.map(({ single, own }) => {
    return openWithTool(clientHeaders, single, { ...journey, exchange: own, work, placeOn: place.backend });
  });
  let open: readonly OpenAnswer[];
  try {
    open = await Promise.all(opening);
  } catch (thrown) {
    // The others are not to work for an answer that nobody gets.
    work.cancel("parent");
    // Boxes have worked for it all the same.
    exchange.attempts = Math.max(...tries.map(({ own }) => own.attempts));
    place.release({ isServed: false });
    for (const late of opening) void late.then(({ attempt }) => attempt.release("neutral")).catch(() => {});
    throw thrown;
  }
  const [first] = open;
  const own = tries[0]?.own;
  if (first === undefined || own === undefined) throw new Error("At least two choices were asked for.");
  Object.assign(exchange, { backend: own.backend, attempts: own.attempts, firstByteAt: own.firstByteAt });
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
