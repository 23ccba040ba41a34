/** Stage 2, may it come in now? Holds each caller to its limits, from the door to the end. Knows no body and no backend. */
import type { CallerLimits } from "../config/key-plan.ts";
import type { Exchange, RateLimitState } from "../exchange.ts";
import type { Runtime } from "../runtime.ts";
import type { Limiter, LimiterSource, Verdict } from "./limiter.ts";
import { limitReached, type LimitWindow, tooManyAtOnce } from "./refusal.ts";
import { leaseMs, type Slots } from "./slots.ts";

/** Whom limits are counted for. */
export interface Caller {
  /** Tells callers apart. */
  readonly id: string;
  /** How a message calls it, such as `key 'team-a'`. */
  readonly label: string;
  readonly limits: CallerLimits;
}

/** What outlives a reload; several replicas may share it. */
export interface AdmissionState {
  readonly limiters: LimiterSource;
  readonly slots: Slots;
}

export interface Admission {
  /** Takes a place and a request; throws 429. Whatever it took is given back by `leave`, a request excepted. */
  enter(exchange: Exchange, caller: Caller): Promise<void>;
  /** Takes the tokens that the request is thought to need; throws 429. Does nothing for who has not entered. */
  takeTokens(exchange: Exchange, estimate: number): Promise<void>;
  /** Gives the place back and charges the tokens that it came to, undefined where nobody told; once, whatever is called later. */
  leave(exchange: Exchange, tokens: number | undefined): void;
}

/** Points that were taken from one window. */
interface Take {
  readonly limiter: Limiter;
  readonly key: string;
  readonly points: number;
  readonly verdict: Verdict;
}

interface Entry {
  readonly caller: Caller;
  release: () => void;
  tokens: readonly Take[];
}

/** A window that a caller is held to. */
interface OpenWindow {
  readonly window: LimitWindow;
  readonly limiter: Limiter;
  readonly key: string;
}

const windows: ReadonlyArray<LimitWindow & { readonly limit: keyof CallerLimits }> = [
  { kind: "requests", seconds: 60, words: "requests per minute (RPM)", limit: "requestsPerMinute" },
  { kind: "requests", seconds: 86_400, words: "requests per day (RPD)", limit: "requestsPerDay" },
  { kind: "tokens", seconds: 60, words: "tokens per minute (TPM)", limit: "tokensPerMinute" },
  { kind: "tokens", seconds: 86_400, words: "tokens per day (TPD)", limit: "tokensPerDay" },
];

export function createAdmission({ limiters, slots }: AdmissionState, runtime: Runtime): Admission {
  const entries = new WeakMap<Exchange, Entry>();
  const opened = new WeakMap<Caller, readonly OpenWindow[]>();

  /** Those of the caller's limits that are set. */
  function windowsOf(caller: Caller): readonly OpenWindow[] {
    const known = opened.get(caller);
    if (known !== undefined) return known;
    const open = windows.flatMap((window): OpenWindow[] => {
      const points = caller.limits[window.limit];
      if (points === undefined) return [];
      const limiter = limiters.open({ points, windowSeconds: window.seconds });
      return [{ window, limiter, key: `${window.kind}:${caller.id}` }];
    });
    opened.set(caller, open);
    return open;
  }

  /** From every window of the kind, or from none. */
  async function takeAll(
    exchange: Exchange,
    caller: Caller,
    kind: LimitWindow["kind"],
    points: number,
  ): Promise<readonly Take[]> {
    const takes: Take[] = [];
    for (const { window, limiter, key } of windowsOf(caller)) {
      if (window.kind !== kind) continue;
      const now = runtime.now();
      const pending = limiter.take(key, points, now);
      const verdict = pending instanceof Promise ? await pending : pending;
      if (!verdict.isAllowed) {
        for (const take of takes) giveBack(take, take.points);
        exchange.rateLimits[kind] = stateOf(verdict);
        throw limitReached(caller.label, window, verdict, points, now);
      }
      takes.push({ limiter, key, points, verdict });
    }
    const tightest = tightestOf(takes);
    if (tightest !== undefined) exchange.rateLimits[kind] = stateOf(tightest);
    return takes;
  }

  /** To the same window only: in the next one nothing was taken. */
  function giveBack({ limiter, key, verdict }: Take, points: number): void {
    const now = runtime.now();
    if (now < verdict.resetAt) charge(limiter, key, -points, now);
  }

  function charge(limiter: Limiter, key: string, points: number, now: number): void {
    const pending = limiter.charge(key, points, now);
    if (!(pending instanceof Promise)) return;
    pending.catch((cause: unknown) => {
      runtime.log.warn("limit-not-charged", { points, problem: String(cause) });
    });
  }

  /** The function that gives it back. Until then it is renewed, as long as the request's own timers run. */
  async function takePlace({ id, label }: Caller, limit: number): Promise<() => void> {
    const pending = slots.enter(id, limit, runtime.now());
    const place = pending instanceof Promise ? await pending : pending;
    if (place === undefined) throw tooManyAtOnce(label, limit);
    if (!slots.lapse) return () => place.release();
    let stopTimer = () => {};
    const arm = () => {
      // On workerd they end with a client that left, and nothing else tells: then the place comes back by itself.
      stopTimer = runtime.setTimer(() => {
        place.renew(runtime.now());
        arm();
      }, leaseMs / 3);
    };
    arm();
    return () => {
      stopTimer();
      place.release();
    };
  }

  return {
    async enter(exchange, caller) {
      const { concurrency } = caller.limits;
      const release = concurrency === undefined ? () => {} : await takePlace(caller, concurrency);
      entries.set(exchange, { caller, release, tokens: [] });
      await takeAll(exchange, caller, "requests", 1);
    },
    async takeTokens(exchange, estimate) {
      const entry = entries.get(exchange);
      if (entry !== undefined) entry.tokens = await takeAll(exchange, entry.caller, "tokens", estimate);
    },
    leave(exchange, tokens) {
      const entry = entries.get(exchange);
      if (entry === undefined) return;
      entries.delete(exchange);
      entry.release();
      for (const take of entry.tokens) {
        const missing = (tokens ?? take.points) - take.points;
        if (missing > 0) charge(take.limiter, take.key, missing, runtime.now());
        else if (missing < 0) giveBack(take, -missing);
      }
    },
  };
}

function tightestOf(takes: readonly Take[]): Verdict | undefined {
  let tightest: Verdict | undefined;
  for (const { verdict } of takes) {
    if (tightest === undefined || verdict.remaining < tightest.remaining) tightest = verdict;
  }
  return tightest;
}

function stateOf({ limit, remaining, resetAt }: Verdict): RateLimitState {
  return { limit, remaining, resetAt };
}
