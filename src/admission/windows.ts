/** The points that callers take from their windows, and what is given back or charged later. Knows no body and no backend. */
import type { CallerLimits } from "../config/key-plan.ts";
import type { Exchange, RateLimitState } from "../exchange.ts";
import type { Runtime } from "../runtime.ts";
import type { Limiter, LimiterSource, Verdict } from "./limiter.ts";
import { limitReached, type LimitWindow } from "./refusal.ts";

/** Whom limits are counted for. */
export interface Caller {
  /** Tells callers apart. */
  readonly id: string;
  /** How a message calls it, such as `key 'team-a'`. */
  readonly label: string;
  readonly limits: CallerLimits;
}

/** Points that were taken from one window. */
export interface Take {
  readonly limiter: Limiter;
  readonly key: string;
  readonly points: number;
  readonly verdict: Verdict;
}

/** A window that a caller is held to. */
interface OpenWindow {
  readonly window: LimitWindow;
  readonly limiter: Limiter;
}

type OpenWindows = Readonly<Record<LimitWindow["kind"], readonly OpenWindow[]>>;

/** One taking from the windows of a kind. */
interface Asking {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly kind: LimitWindow["kind"];
  readonly points: number;
  readonly key: string;
  readonly takes: Take[];
}

const windows: ReadonlyArray<LimitWindow & { readonly limit: keyof CallerLimits }> = [
  { kind: "requests", seconds: 60, words: "requests per minute (RPM)", limit: "requestsPerMinute" },
  { kind: "requests", seconds: 86_400, words: "requests per day (RPD)", limit: "requestsPerDay" },
  { kind: "tokens", seconds: 60, words: "tokens per minute (TPM)", limit: "tokensPerMinute" },
  { kind: "tokens", seconds: 86_400, words: "tokens per day (TPD)", limit: "tokensPerDay" },
];

export interface Windows {
  /** Whether the caller has any window of the kind. */
  areHeld(caller: Caller, kind: LimitWindow["kind"]): boolean;
  /** From every window of the kind, or from none; throws 429, or rejects with it where somebody else counts. */
  takeAll(
    exchange: Exchange,
    caller: Caller,
    kind: LimitWindow["kind"],
    points: number,
  ): readonly Take[] | Promise<readonly Take[]>;
  /** It came to other points than were taken. */
  correct(take: Take, points: number): void;
}

const nothing: readonly Take[] = [];

export function createWindows(limiters: LimiterSource, runtime: Pick<Runtime, "now" | "log">): Windows {
  const opened = new WeakMap<CallerLimits, OpenWindows>();

  /** Those of the limits that are set. */
  function windowsOf(limits: CallerLimits): OpenWindows {
    const known = opened.get(limits);
    if (known !== undefined) return known;
    const openOf = (kind: LimitWindow["kind"]) =>
      windows.flatMap((window): OpenWindow[] => {
        const points = limits[window.limit];
        if (points === undefined || window.kind !== kind) return [];
        return [{ window, limiter: limiters.open({ points, windowSeconds: window.seconds }) }];
      });
    const open = { requests: openOf("requests"), tokens: openOf("tokens") };
    opened.set(limits, open);
    return open;
  }

  /** Goes on by itself as long as nobody has to be waited for. */
  function takeFrom(
    held: readonly OpenWindow[],
    first: number,
    asking: Asking,
  ): readonly Take[] | Promise<readonly Take[]> {
    const now = runtime.now();
    for (let index = first; index < held.length; index++) {
      const open = held[index];
      if (open === undefined) break;
      const verdict = open.limiter.take(asking.key, asking.points, now);
      if (verdict instanceof Promise) {
        return verdict.then((later) => {
          accept(later, open, asking, now);
          return takeFrom(held, index + 1, asking);
        });
      }
      accept(verdict, open, asking, now);
    }
    const tightest = tightestOf(asking.takes);
    if (tightest !== undefined) asking.exchange.rateLimits[asking.kind] = stateOf(tightest);
    return asking.takes;
  }

  function accept(verdict: Verdict, { window, limiter }: OpenWindow, asking: Asking, now: number): void {
    const { exchange, caller, kind, points, key, takes } = asking;
    if (verdict.isAllowed) {
      takes.push({ limiter, key, points, verdict });
      return;
    }
    for (const take of takes) giveBack(take, take.points);
    exchange.rateLimits[kind] = stateOf(verdict);
    throw limitReached(caller.label, window, verdict, points, now);
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

  return {
    areHeld: ({ limits }, kind) => windowsOf(limits)[kind].length > 0,
    takeAll(exchange, caller, kind, points) {
      const held = windowsOf(caller.limits)[kind];
      if (held.length === 0) return nothing;
      return takeFrom(held, 0, { exchange, caller, kind, points, key: `${kind}:${caller.id}`, takes: [] });
    },
    correct(take, points) {
      const missing = points - take.points;
      if (missing > 0) charge(take.limiter, take.key, missing, runtime.now());
      else if (missing < 0) giveBack(take, -missing);
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
