/**
 * How many requests of one key run at the same time: the second seam for a store that replicas share. A place is lent for
 * a while and has to be renewed, for whoever holds it may vanish without a word. Knows no HTTP.
 */

/** Milliseconds until a place comes back that nobody renews. */
export const leaseMs = 15_000;

export interface Slots {
  /** Whether a place has to be renewed by whoever holds it. */
  readonly lapse: boolean;
  /** A place among at most `limit`, or undefined where all are taken. `now` is in milliseconds since the epoch. */
  enter(key: string, limit: number, now: number): Place | undefined | Promise<Place | undefined>;
}

export interface MemorySlots extends Slots {
  /** How many keys are remembered. */
  keys(): number;
  /** How many are taken. */
  taken(key: string, now: number): number;
}

export interface Place {
  /** Another `leaseMs` from now. */
  renew(now: number): void;
  /** Gives it back; only the first call counts. */
  release(): void;
}

/** `lapse` where holders may vanish without a word. */
export function createMemorySlots({ lapse }: { readonly lapse: boolean }): MemorySlots {
  const placesByKey = new Map<string, Set<{ until: number }>>();

  let sweepAt = 1_000;

  function current(key: string, now: number): Set<{ until: number }> {
    const places = placesByKey.get(key) ?? new Set();
    if (lapse) for (const place of places) if (place.until <= now) places.delete(place);
    return places;
  }

  /** Nobody else would forget the keys of those who vanished. */
  function sweep(now: number): void {
    for (const key of placesByKey.keys()) if (current(key, now).size === 0) placesByKey.delete(key);
    sweepAt = Math.max(1_000, placesByKey.size * 2);
  }

  return {
    lapse,
    enter(key, limit, now) {
      const places = current(key, now);
      if (places.size >= limit) return undefined;
      if (lapse && placesByKey.size >= sweepAt) sweep(now);
      const place = { until: now + leaseMs };
      placesByKey.set(key, places.add(place));
      return {
        renew(later) {
          place.until = later + leaseMs;
        },
        release() {
          places.delete(place);
          if (places.size === 0 && placesByKey.get(key) === places) placesByKey.delete(key);
        },
      };
    },
    keys: () => placesByKey.size,
    taken: (key, now) => current(key, now).size,
  };
}
