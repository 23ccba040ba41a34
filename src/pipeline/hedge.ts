/** Embeddings that take long are asked for once more elsewhere: the first answer counts. Knows no wire. */
import type { Exchange } from "../exchange.ts";
import { createCancellation } from "../http/cancel.ts";
import { placesOf } from "../route/places.ts";
import type { ModelRequestBody } from "./request-body.ts";
import { type Journey, openAnswer, type OpenAnswer, wishOf } from "./open-answer.ts";

/** One of the copies that are under way. */
interface Copy {
  readonly exchange: Exchange;
  readonly answer: Promise<OpenAnswer>;
  /** Whoever else won: its work ends, and says nothing about the box. */
  lose(): void;
}

/** As `openAnswer` where hedging is off. Rejects with the first copy's error where none answered. */
export async function openHedged(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { services, exchange } = journey;
  const { hedgeMs } = services.plan;
  if (hedgeMs === 0 || services.plan.backends.length === 1)
    return openAnswer(clientHeaders, request, journey);
  const { promise: won, resolve, reject } = Promise.withResolvers<Copy>();
  const copies: Copy[] = [];
  let underWay = 0;

  function send(only: string | undefined): Copy {
    const copy = startCopy(clientHeaders, request, journey, only);
    copies.push(copy);
    underWay++;
    copy.answer.then(
      () => resolve(copy),
      () => {
        underWay--;
        if (underWay === 0) reject(new Error("No copy was answered."));
      },
    );
    return copy;
  }

  const first = send(undefined);
  const stopTimer = services.runtime.setTimer(() => {
    const other = underWay === 0 ? undefined : findFree(request, journey, first.exchange.backend);
    if (other !== undefined) send(other);
  }, hedgeMs);
  const winner = await won.catch(() => first);
  stopTimer();
  for (const copy of copies) if (copy !== winner) copy.lose();
  Object.assign(exchange, factsOf(winner.exchange, copies));
  return winner.answer;
}

function startCopy(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
  only: string | undefined,
): Copy {
  const work = createCancellation(journey.work.signal, "parent");
  const exchange = { ...journey.exchange, mends: new Set(journey.exchange.mends) };
  const answer = openAnswer(clientHeaders, request, {
    ...journey,
    exchange,
    work,
    ...(only === undefined ? {} : { only }),
  });
  answer.catch(() => {});
  return {
    exchange,
    answer,
    lose() {
      work.cancel("parent");
      void answer.then(({ attempt }) => attempt.release("neutral")).catch(() => {});
    },
  };
}

/** What the one log line tells: of the copy that answered, and of all attempts together. */
function factsOf(
  { backend, waitedMs, firstByteAt, mends }: Exchange,
  copies: readonly Copy[],
): Partial<Exchange> {
  const attempts = copies.reduce((sum, { exchange }) => sum + exchange.attempts, 0);
  return { backend, waitedMs, firstByteAt, mends, attempts };
}

/** Another backend that has a place right now. */
function findFree(
  request: ModelRequestBody,
  journey: Journey,
  taken: string | undefined,
): string | undefined {
  const { router, places, pool, plan } = journey.services;
  const snapshots = pool.snapshot(plan);
  return router.order(wishOf(request, journey), new Set(taken === undefined ? [] : [taken])).find((name) => {
    const found = snapshots.find(({ backend }) => backend.name === name);
    if (found === undefined || found.status === "down") return false;
    const running = Math.max(found.inFlight, places.running(name));
    return running < placesOf({ ...found.backend, models: found.models });
  });
}
