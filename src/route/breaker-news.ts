/** What one replica's circuit breaker tells the others', and what they make of it. Pure; knows no way to send it. */
import {
  type BreakerSettings,
  type BreakerState,
  createBreakerState,
  defaultBreakerSettings,
} from "./breaker.ts";

/** Plain data. Durations, never times: the clocks of replicas differ. */
export type BreakerNews =
  | {
      readonly phase: "open";
      /** Leave the box alone for so long. */
      readonly pauseMs: number;
      readonly cooldownMs: number;
    }
  | { readonly phase: "closed" };

/** A box that was found silent, though its breaker has not opened for it. */
export const silentBoxNews: BreakerNews = {
  phase: "open",
  pauseMs: defaultBreakerSettings.cooldownMs,
  cooldownMs: defaultBreakerSettings.cooldownMs,
};

/** What a step of this replica's own is worth telling; undefined where the phase stayed the same. */
export function newsOf(before: BreakerState, after: BreakerState, now: number): BreakerNews | undefined {
  if (before.generation === after.generation) return undefined;
  const { phase } = after;
  if (phase === "closed") return { phase };
  const { cooldownMs } = after;
  // A trial tells in a pause's time how it ended, or is taken for lost: then another replica may try.
  const pauseMs = phase === "half-open" ? cooldownMs : Math.max(0, after.until - now);
  return { phase: "open", pauseMs, cooldownMs };
}

/** The state after another replica's news. A trial of this replica's own is not disturbed by a pause. */
export function hearNews(
  state: BreakerState,
  news: BreakerNews,
  now: number,
  random: () => number,
  settings: BreakerSettings = defaultBreakerSettings,
): BreakerState {
  if (news.phase === "closed") {
    return state.phase === "closed" ? state : createBreakerState(now, state.generation + 1);
  }
  if (state.phase === "half-open") return state;
  // A little later than whoever found it, so that one replica tries first and the others hear of it.
  const pauseMs = news.pauseMs * (1 + settings.jitterShare * random());
  const { cooldownMs } = news;
  return { phase: "open", generation: state.generation + 1, until: now + pauseMs, cooldownMs };
}
