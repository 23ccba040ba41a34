/** The form that several replicas share in Redis. Knows no client library: a shell brings the connection. */
import type { ScriptName } from "./redis-scripts.ts";
import type { Lease, StateOperations } from "./shared-state.ts";
import { longestRun, markLifetimeMs } from "./turns.ts";

/** One connection; each call is one command, and rejects at once while there is no connection. */
export interface RedisConnection {
  run(script: ScriptName, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, lifetimeMs: number): Promise<unknown>;
  /** How many were there. */
  delete(key: string): Promise<number>;
  /** Sends what is under way, then ends. */
  quit(): Promise<void>;
}

/** `prefix` keeps this service's keys apart from others in the same Redis. */
export function createRedisState(redis: RedisConnection, prefix: string): StateOperations {
  const storedKey = (key: string) => `${prefix}:stored:${key}`;
  const recordKey = (key: string) => `${prefix}:record:${key}`;
  const leaseKeys = (leases: readonly Lease[]) => leases.map(({ name }) => `${prefix}:lease:${name}`);
  const lineKeys = (leases: readonly Lease[]) =>
    leaseKeys(leases).flatMap((key) => [key, `${key}:line`, `${key}:lapses`, `${key}:book`]);
  return {
    async get(key) {
      const kept = await redis.run("get", [storedKey(key)], []);
      return typeof kept === "string" ? kept.slice(kept.indexOf(" ") + 1) : undefined;
    },
    async set(key, value, lifetimeMs) {
      const lifetime = wholeMs(lifetimeMs);
      await redis.set(storedKey(key), `${lifetime} ${value}`, lifetime);
    },
    delete: async (key) => (await redis.delete(storedKey(key))) === 1,
    async takePoints(key, points, limit, windowMs) {
      const values = [points, limit, wholeMs(windowMs)];
      const [allowed, used, resetMs] = toNumbers(
        await redis.run("takePoints", [`${prefix}:points:${key}`], values),
      );
      const remaining = Math.max(0, limit - (used ?? 0));
      return { allowed: allowed === 1, remaining, resetMs: resetMs ?? windowMs };
    },
    async acquireLease(lease, limit, turn) {
      const values: (string | number)[] = [lease.holderId, wholeMs(lease.ttlMs), limit];
      if (turn === undefined) return (await redis.run("acquireLease", leaseKeys([lease]), values)) === 1;
      const { key, priority, lapseMs } = turn;
      values.push(classOf(priority), key, wholeMs(lapseMs), markLifetimeMs, longestRun);
      return (await redis.run("acquireInTurn", lineKeys([lease]), values)) === 1;
    },
    async renewLeases(leases) {
      if (leases.length === 0) return [];
      const values = leases.flatMap(({ holderId, ttlMs }) => [holderId, wholeMs(ttlMs)]);
      const held = toNumbers(await redis.run("renewLeases", leaseKeys(leases), values));
      return leases.map((_, index) => held[index] === 1);
    },
    async releaseLeases(leases) {
      if (leases.length === 0) return;
      const holders = leases.map(({ holderId }) => holderId);
      await redis.run("releaseLeases", lineKeys(leases), holders);
    },
    getRecord: async (key) => (await redis.get(recordKey(key))) ?? undefined,
    async setRecord(key, value, lifetimeMs) {
      await redis.set(recordKey(key), value, wholeMs(lifetimeMs));
    },
    close: () => redis.quit(),
  };
}

/** Texts that sort as the classes do, the highest priority first. */
const classOf = (priority: number): string =>
  String(Math.min(999_999, Math.max(0, 500_000 - Math.round(priority)))).padStart(6, "0");

/** Redis takes no fraction of a millisecond, and no lifetime of none. */
const wholeMs = (duration: number): number => Math.max(1, Math.ceil(duration));

function toNumbers(reply: unknown): readonly number[] {
  return Array.isArray(reply) ? reply.map(Number) : [];
}
