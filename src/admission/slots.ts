/**
 * How many requests of one key run at the same time: the second seam for a store that replicas share. Knows no HTTP.
 */

export interface Slots {
  /** A place among at most `limit`, or undefined where all are taken. The function gives it back; once counts. */
  enter(key: string, limit: number): Promise<(() => void) | undefined>;
  /** How many are taken. */
  taken(key: string): number;
}

export function createMemorySlots(): Slots {
  const counts = new Map<string, number>();
  return {
    enter(key, limit) {
      const running = counts.get(key) ?? 0;
      if (running >= limit) return Promise.resolve(undefined);
      counts.set(key, running + 1);
      let isHeld = true;
      return Promise.resolve(() => {
        if (!isHeld) return;
        isHeld = false;
        const left = (counts.get(key) ?? 1) - 1;
        if (left > 0) counts.set(key, left);
        else counts.delete(key);
      });
    },
    taken: (key) => counts.get(key) ?? 0,
  };
}
