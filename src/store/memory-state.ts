/** The embedded form: all of it in this process's memory. Knows no other replica. */
import { LRUCache } from "lru-cache";
import { createMemoryStore } from "./key-value.ts";
import { createMemoryLeases } from "./memory-leases.ts";
import type { SharedState, TakenPoints } from "./shared-state.ts";

interface Window {
  used: number;
  readonly endsAt: number;
}

/** Counters and records are small; the oldest of more than these go first. */
const mostEntries = 100_000;

/** `maxBytes` bound the stored texts; `now` is in milliseconds. */
export function createMemoryState(maxBytes: number, now: () => number): SharedState {
  const windows = createMemoryWindows(now);
  const records = new LRUCache<string, string>({ max: mostEntries, ttlResolution: 0, perf: { now } });
  return {
    ...createMemoryStore(maxBytes, now),
    ...createMemoryLeases(now),
    takePoints: async (...wish) => windows(...wish),
    getRecord: async (key) => records.get(key),
    async setRecord(key, value, lifetimeMs) {
      records.set(key, value, { ttl: lifetimeMs });
    },
    close: async () => {},
    status: () => ({ mode: "memory" }),
  };
}

type TakePoints = (key: string, points: number, limit: number, windowMs: number) => TakenPoints;

function createMemoryWindows(now: () => number): TakePoints {
  const windows = new LRUCache<string, Window>({ max: mostEntries });
  return (key, points, limit, windowMs) => {
    const time = now();
    const found = windows.get(key);
    const window = found === undefined || found.endsAt <= time ? { used: 0, endsAt: time + windowMs } : found;
    const resetMs = window.endsAt - time;
    if (points > 0 && window.used + points > limit) {
      return { allowed: false, remaining: Math.max(0, limit - window.used), resetMs };
    }
    window.used = Math.max(0, window.used + points);
    windows.set(key, window);
    return { allowed: true, remaining: Math.max(0, limit - window.used), resetMs };
  };
}
