/** The passive check: what a backend's own traffic shows of it, with old news fading. Knows no clock and no requests. */

/** Plain data; the counts are those of the moment `at`. */
export interface TrafficState {
  readonly at: number;
  readonly successes: number;
  readonly failures: number;
  /** Moving average of the time to first token; undefined until one was measured. */
  readonly ttftMs: number | undefined;
  readonly ttftAt: number;
}

/** A TrafficState read at one moment. */
export interface RecentTraffic {
  readonly successes: number;
  readonly failures: number;
  /** Undefined where none was measured, or too long ago to be believed. */
  readonly ttftMs: number | undefined;
}

export interface TrafficSettings {
  /** After this time a success or failure counts half. */
  readonly halfLifeMs: number;
  /** The weight of a new measurement in the moving average. */
  readonly ttftShare: number;
  /** A measurement is forgotten after this time, so that a box that was slow once is tried again. */
  readonly ttftLifetimeMs: number;
}

export const defaultTrafficSettings: TrafficSettings = {
  halfLifeMs: 15_000,
  ttftShare: 0.2,
  ttftLifetimeMs: 300_000,
};

/** Nothing is known yet. */
export const noTraffic: TrafficState = { at: 0, successes: 0, failures: 0, ttftMs: undefined, ttftAt: 0 };

/** Counts an attempt that ended well or badly; one that tells nothing of its box is not given here. */
export function countOutcome(
  state: TrafficState,
  outcome: "success" | "failure",
  now: number,
  settings: TrafficSettings = defaultTrafficSettings,
): TrafficState {
  const { successes, failures } = readTraffic(state, now, settings);
  return {
    ...state,
    at: now,
    successes: successes + (outcome === "success" ? 1 : 0),
    failures: failures + (outcome === "failure" ? 1 : 0),
  };
}

/** Takes in one measured time to first token. */
export function measureTtft(
  state: TrafficState,
  ttftMs: number,
  now: number,
  settings: TrafficSettings = defaultTrafficSettings,
): TrafficState {
  const known = readTraffic(state, now, settings).ttftMs;
  const next = known === undefined ? ttftMs : known + (ttftMs - known) * settings.ttftShare;
  return { ...state, ttftMs: next, ttftAt: now };
}

/** What is left of it at this moment. */
export function readTraffic(
  state: TrafficState,
  now: number,
  settings: TrafficSettings = defaultTrafficSettings,
): RecentTraffic {
  const kept = 0.5 ** (Math.max(0, now - state.at) / settings.halfLifeMs);
  return {
    successes: state.successes * kept,
    failures: state.failures * kept,
    ttftMs: now - state.ttftAt < settings.ttftLifetimeMs ? state.ttftMs : undefined,
  };
}
