/** Stored texts with a copy of this process's own: what it stored it finds again, whatever becomes of the shared form. */
import type { Availability, Within } from "./availability.ts";
import type { KeyValueStore } from "./key-value.ts";
import type { StateOperations } from "./shared-state.ts";

export interface KeptTextsParts {
  readonly shared: StateOperations;
  readonly local: StateOperations;
  readonly attempt: Availability["attempt"];
}

export interface KeptTexts {
  readonly store: KeyValueStore;
  /** Tells the shared form what was stored and deleted while it was gone. */
  catchUp(within: Within): Promise<void>;
}

/** Changes that are remembered while the shared form is gone; the oldest are forgotten first. */
const mostChanges = 10_000;

/** That a text was deleted is remembered for as long as any text may live, so that no replica's copy brings it back. */
const deletionLifetimeMs = 30 * 86_400_000;

const deletionOf = (key: string) => `deleted ${key}`;

export function createKeptTexts({ shared, local, attempt }: KeptTextsParts): KeptTexts {
  /** A lifetime for what was stored, undefined for what was deleted. */
  const unsent = new Map<string, number | undefined>();

  function remember(key: string, lifetimeMs: number | undefined): void {
    unsent.delete(key);
    unsent.set(key, lifetimeMs);
    const [oldest] = unsent.keys();
    if (unsent.size > mostChanges && oldest !== undefined) unsent.delete(oldest);
  }

  async function deleteShared(key: string): Promise<boolean> {
    const [wasThere] = await Promise.all([
      shared.delete(key),
      shared.setRecord(deletionOf(key), "", deletionLifetimeMs),
    ]);
    return wasThere;
  }

  return {
    store: {
      async get(key) {
        const outcome = await attempt(() => shared.get(key));
        if (outcome?.result !== undefined) return outcome.result;
        const own = await local.get(key);
        if (own === undefined || outcome === undefined) return own;
        // Here, but not in the shared form: either it lost what it held, or another replica was told to delete it.
        const deletion = await attempt(() => shared.getRecord(deletionOf(key)));
        return deletion?.result === undefined ? own : undefined;
      },
      async set(key, value, lifetimeMs) {
        await local.set(key, value, lifetimeMs);
        const outcome = await attempt(() => shared.set(key, value, lifetimeMs));
        if (outcome === undefined) remember(key, lifetimeMs);
      },
      async delete(key) {
        const wasLocal = await local.delete(key);
        const outcome = await attempt(() => deleteShared(key));
        if (outcome === undefined) remember(key, undefined);
        return wasLocal || outcome?.result === true;
      },
    },
    async catchUp(within) {
      for (const [key, lifetimeMs] of unsent) {
        const value = lifetimeMs === undefined ? undefined : await local.get(key);
        if (lifetimeMs === undefined) await within(() => deleteShared(key));
        else if (value !== undefined) await within(() => shared.set(key, value, lifetimeMs));
        unsent.delete(key);
      }
    },
  };
}
