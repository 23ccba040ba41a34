/** Where state that outlives a request is kept, and the embedded form of it. Knows nothing of what is kept. */
import { LRUCache } from "lru-cache";

/** Text under names, each with a lifetime. */
export interface KeyValueStore {
  get(key: string): Promise<string | undefined>;
  /** `lifetimeMs` counts from now, and anew from each `get`. */
  set(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** Whether it was there. */
  delete(key: string): Promise<boolean>;
}

/** In this process's memory: what was used the longest ago goes first when `maxBytes` are full. `now` is in milliseconds. */
export function createMemoryStore(maxBytes: number, now: () => number): KeyValueStore {
  const cache = new LRUCache<string, string>({
    maxSize: maxBytes,
    // Two bytes a UTF-16 unit, and what an entry costs by itself.
    sizeCalculation: (value, key) => 2 * (value.length + key.length) + 256,
    updateAgeOnGet: true,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    get: async (key) => cache.get(key),
    async set(key, value, lifetimeMs) {
      cache.set(key, value, { ttl: lifetimeMs });
    },
    delete: async (key) => cache.delete(key),
  };
}
