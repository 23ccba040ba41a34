/** The circuit breaker of one backend, for traffic and for checks: (state, event, now) -> state. Knows no clock and no backend. */

/** Plain data, so that replicas can share it. A generation is one stay in one phase. */
export type BreakerState =
  | {
      readonly phase: "closed";
      readonly generation: number;
      readonly consecutiveFailures: number;
      readonly windowStart: number;
      readonly requests: number;
      readonly failures: number;
    }
  | {
      readonly phase: "open";
      readonly generation: number;
      /** From here on one trial is admitted; milliseconds since the epoch. */
      readonly until: number;
      readonly cooldownMs: number;
    }
  | {
      readonly phase: "half-open";
      readonly generation: number;
      /** A trial that has not ended by then is taken for lost. */
      readonly leaseEnd: number;
      readonly cooldownMs: number;
    };

/** What an attempt tells of its box. */
export type BreakerOutcome = "success" | "failure" | "neutral";

export type BreakerEvent =
  /** A request is sent; only after `admits` said so. Its end carries the generation that this leads to. */
  | { readonly type: "begin" }
  /** Its answer begins, which decides a trial: the answer itself may go on for minutes. */
  | { readonly type: "answer"; readonly generation: number }
  | { readonly type: "end"; readonly generation: number; readonly outcome: BreakerOutcome }
  /** An active check ended. */
  | { readonly type: "check"; readonly isAlive: boolean };

export interface BreakerSettings {
  /** So many failures in a row open it. */
  readonly consecutiveFailures: number;
  /** So does this share of failures within a window of at least `minRequests`. */
  readonly failureShare: number;
  readonly minRequests: number;
  readonly windowMs: number;
  /** The first pause; doubled by each failed trial up to `maxCooldownMs`. */
  readonly cooldownMs: number;
  readonly maxCooldownMs: number;
  /** A pause is drawn from cooldown x (1 +- this share), so that replicas do not try in step. */
  readonly jitterShare: number;
  readonly trialLeaseMs: number;
}

export const defaultBreakerSettings: BreakerSettings = {
  consecutiveFailures: 3,
  failureShare: 0.5,
  minRequests: 10,
  windowMs: 30_000,
  cooldownMs: 2_000,
  maxCooldownMs: 60_000,
  jitterShare: 0.2,
  trialLeaseMs: 600_000,
};

/** The state of a backend that nothing is known of. */
export function createBreakerState(now: number, generation = 0): BreakerState {
  return {
    phase: "closed",
    generation,
    consecutiveFailures: 0,
    windowStart: now,
    requests: 0,
    failures: 0,
  };
}

/** Whether a request may be sent now; in half-open only one whose trial is not under way. */
export function admits(state: BreakerState, now: number): boolean {
  if (state.phase === "open") return now >= state.until;
  return state.phase === "closed" || now >= state.leaseEnd;
}

/** Milliseconds until a request may be sent; 0 if at once, undefined while a trial decides. */
export function waitUntilAdmitted(state: BreakerState, now: number): number | undefined {
  if (admits(state, now)) return 0;
  return state.phase === "open" ? state.until - now : undefined;
}

/** The state after an event. */
export function stepBreaker(
  state: BreakerState,
  event: BreakerEvent,
  now: number,
  random: () => number,
  settings: BreakerSettings = defaultBreakerSettings,
): BreakerState {
  switch (event.type) {
    case "begin":
      return beginTrial(state, now, settings);
    case "answer":
      if (state.phase !== "half-open" || event.generation !== state.generation) return state;
      return createBreakerState(now, state.generation + 1);
    case "end":
      // What began under an earlier state says nothing about this one.
      if (event.generation !== state.generation) return state;
      return endRequest(state, event.outcome, now, random, settings);
    case "check":
      return applyCheck(state, event.isAlive, now, random, settings);
  }
}

function beginTrial(state: BreakerState, now: number, settings: BreakerSettings): BreakerState {
  if (state.phase === "closed" || !admits(state, now)) return state;
  return {
    phase: "half-open",
    generation: state.generation + 1,
    leaseEnd: now + settings.trialLeaseMs,
    cooldownMs: state.cooldownMs,
  };
}

function endRequest(
  state: BreakerState,
  outcome: BreakerOutcome,
  now: number,
  random: () => number,
  settings: BreakerSettings,
): BreakerState {
  if (state.phase === "open") return state;
  if (state.phase === "closed") return countRequest(state, outcome, now, random, settings);
  if (outcome === "success") return createBreakerState(now, state.generation + 1);
  if (outcome === "failure") return openAfterTrial(state, now, random, settings);
  // A trial that told nothing gives its place back.
  return { phase: "open", generation: state.generation + 1, until: now, cooldownMs: state.cooldownMs };
}

function countRequest(
  state: BreakerState & { readonly phase: "closed" },
  outcome: BreakerOutcome,
  now: number,
  random: () => number,
  settings: BreakerSettings,
): BreakerState {
  if (outcome === "neutral") return state;
  const failed = outcome === "failure" ? 1 : 0;
  const isOld = now - state.windowStart >= settings.windowMs;
  const counted = {
    ...state,
    consecutiveFailures: failed === 0 ? 0 : state.consecutiveFailures + 1,
    windowStart: isOld ? now : state.windowStart,
    requests: (isOld ? 0 : state.requests) + 1,
    failures: (isOld ? 0 : state.failures) + failed,
  };
  const isTooOften =
    counted.requests >= settings.minRequests && counted.failures / counted.requests >= settings.failureShare;
  if (failed === 0 || (counted.consecutiveFailures < settings.consecutiveFailures && !isTooOften))
    return counted;
  return openFor(settings.cooldownMs, state.generation, now, random, settings);
}

function applyCheck(
  state: BreakerState,
  isAlive: boolean,
  now: number,
  random: () => number,
  settings: BreakerSettings,
): BreakerState {
  switch (state.phase) {
    case "closed":
      // A frozen box may still list its models: a check that succeeds does not excuse failed requests.
      return isAlive ? state : countRequest(state, "failure", now, random, settings);
    case "open":
      // It lists models again, so one request may try at once; only that one closes the breaker.
      if (isAlive) return { ...state, until: Math.min(state.until, now) };
      return admits(state, now) ? openAfterTrial(state, now, random, settings) : state;
    case "half-open":
      return state;
  }
}

function openAfterTrial(
  state: BreakerState & { readonly phase: "open" | "half-open" },
  now: number,
  random: () => number,
  settings: BreakerSettings,
): BreakerState {
  const cooldownMs = Math.min(state.cooldownMs * 2, settings.maxCooldownMs);
  return openFor(cooldownMs, state.generation, now, random, settings);
}

function openFor(
  cooldownMs: number,
  generation: number,
  now: number,
  random: () => number,
  settings: BreakerSettings,
): BreakerState {
  const pause = cooldownMs * (1 + settings.jitterShare * (2 * random() - 1));
  return { phase: "open", generation: generation + 1, until: now + pause, cooldownMs };
}
