/** Tells the other replicas which boxes this one found ill or well again, and hears what they found. Knows no request. */
import { z } from "zod";
import type { BackendPlan } from "../config/plan.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import type { StateOperations } from "./shared-state.ts";

export interface SharedBreakersParts {
  readonly pool: Pick<Pool, "onNews" | "hear">;
  readonly store: Pick<StateOperations, "getRecord" | "setRecord">;
  readonly runtime: Pick<Runtime, "now" | "log">;
  /** Sets this replica's news apart from those of others. */
  readonly replicaId: string;
}

export interface SharedBreakers {
  /**
   * Reads what the others found of these backends; undefined where there is nothing to read now. Never rejects, and is not
   * to be waited for: whoever calls goes by what is known so far.
   */
  lookAround(backends: readonly BackendPlan[]): Promise<void> | undefined;
}

/** Others know by then at the latest, as long as requests come to them. */
const readPauseMs = 1_000;

/** A box that answers again is told for longer than any pause lasts that it ends. */
const closedLifetimeMs = 120_000;

const newsRecord = z.object({
  replica: z.string(),
  /** Counts this replica's news, so that two of them are never the same text. */
  number: z.number(),
  news: z.discriminatedUnion("phase", [
    z.object({ phase: z.literal("open"), pauseMs: z.number(), cooldownMs: z.number() }),
    z.object({ phase: z.literal("closed") }),
  ]),
});

const recordOf = ({ name }: BackendPlan) => `breaker:${name}`;

/** Begins to tell at once. */
export function createSharedBreakers({
  pool,
  store,
  runtime,
  replicaId,
}: SharedBreakersParts): SharedBreakers {
  /** The latest record that was taken in, by the backend's name. */
  const heard = new Map<string, string>();
  let told = 0;
  let readAt = -Infinity;

  pool.onNews((backend, news) => {
    told += 1;
    const text = JSON.stringify({ replica: replicaId, number: told, news });
    // A pause's record ends with the pause, so that who starts later does not hear of it.
    const lifetimeMs = news.phase === "open" ? Math.max(1, news.pauseMs) : closedLifetimeMs;
    void store.setRecord(recordOf(backend), text, lifetimeMs).catch(() => {});
  });

  async function read(backend: BackendPlan): Promise<void> {
    const toldBefore = told;
    const text = await store.getRecord(recordOf(backend));
    // What this replica has found in the meantime is newer.
    if (text === undefined || text === heard.get(backend.name) || told !== toldBefore) return;
    heard.set(backend.name, text);
    const { replica, news } = newsRecord.parse(JSON.parse(text));
    if (replica === replicaId) return;
    pool.hear(backend, news);
    runtime.log.info("breaker-heard", { backend: backend.name, phase: news.phase });
  }

  return {
    lookAround(backends) {
      // Where there is no other box to turn to, it makes no difference.
      if (backends.length < 2 || runtime.now() - readAt < readPauseMs) return undefined;
      readAt = runtime.now();
      return settled(backends.map(read));
    },
  };
}

/** A record that cannot be read, or is of another version, tells nothing. */
async function settled(reads: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(reads);
}
