/** The shared state in a database of SQLite that one process owns: its statements run one after the other. Knows no host. */
import type { Lease, StateOperations, TakenPoints } from "./shared-state.ts";
import { createTurns } from "./turns.ts";

export type SqlValue = string | number | null;

/** Runs one statement to its end, without a pause in which another operation could begin. */
export type RunSql = (
  statement: string,
  ...values: SqlValue[]
) => readonly Readonly<Record<string, unknown>>[];

export interface SqlState extends StateOperations {
  /** Deletes what has lapsed; the time in milliseconds at which the next does, undefined where nothing is left. */
  sweep(): number | undefined;
}

/** A row of a Durable Object's database takes two million bytes; a larger text is not kept, as by a memory that is too small. */
const mostBytes = 1_900_000;

const tables = [
  "CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, value TEXT, lifetime REAL, ends REAL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT, ends REAL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS windows (key TEXT PRIMARY KEY, used REAL, ends REAL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS leases (name TEXT, holder TEXT, ends REAL, PRIMARY KEY (name, holder)) WITHOUT ROWID",
];
const names = ["texts", "records", "windows", "leases"];

/** `now` is in milliseconds. */
export function createSqlState(run: RunSql, now: () => number): SqlState {
  for (const table of tables) run(table);
  // Those that wait ask again several times a second: a database that begins anew soon knows them.
  const turns = createTurns(now);

  function hold({ name, holderId, ttlMs }: Lease): boolean {
    const found = run(
      "SELECT 1 FROM leases WHERE name = ? AND holder = ? AND ends > ?",
      name,
      holderId,
      now(),
    );
    run("INSERT OR REPLACE INTO leases VALUES (?, ?, ?)", name, holderId, now() + ttlMs);
    return found.length > 0;
  }

  return {
    async get(key) {
      const sql = "UPDATE texts SET ends = ? + lifetime WHERE key = ? AND ends > ? RETURNING value";
      return textOf(run(sql, now(), key, now()), "value");
    },
    async set(key, value, lifetimeMs) {
      run("DELETE FROM texts WHERE key = ?", key);
      if (new TextEncoder().encode(value).length > mostBytes) return;
      run("INSERT INTO texts VALUES (?, ?, ?, ?)", key, value, lifetimeMs, now() + lifetimeMs);
    },
    delete: async (key) => {
      const deleted = run("DELETE FROM texts WHERE key = ? RETURNING ends", key);
      return numberOf(deleted, "ends") > now();
    },
    takePoints: async (...wish) => takePoints(run, now(), wish),
    async acquireLease(lease, limit, turn) {
      const sql = "SELECT count(*) AS others FROM leases WHERE name = ? AND holder != ? AND ends > ?";
      const others = numberOf(run(sql, lease.name, lease.holderId, now()), "others");
      const { name, holderId } = lease;
      const own = "SELECT 1 FROM leases WHERE name = ? AND holder = ? AND ends > ?";
      const isGranted = () => (turn === undefined ? others < limit : turns.ask(lease, turn, limit - others));
      if (run(own, name, holderId, now()).length === 0 && !isGranted()) return false;
      hold(lease);
      return true;
    },
    renewLeases: async (leases) => leases.map(hold),
    async releaseLeases(leases) {
      for (const lease of leases) {
        turns.leave(lease);
        const { name, holderId } = lease;
        run("DELETE FROM leases WHERE name = ? AND holder = ?", name, holderId);
      }
    },
    getRecord: async (key) =>
      textOf(run("SELECT value FROM records WHERE key = ? AND ends > ?", key, now()), "value"),
    async setRecord(key, value, lifetimeMs) {
      run("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", key, value, now() + lifetimeMs);
    },
    sweep() {
      for (const name of names) run(`DELETE FROM ${name} WHERE ends <= ?`, now());
      const next = Math.min(
        ...names.map((name) => numberOf(run(`SELECT min(ends) AS ends FROM ${name}`), "ends", Infinity)),
      );
      return next === Infinity ? undefined : next;
    },
    close: async () => {},
  };
}

function takePoints(
  run: RunSql,
  time: number,
  [key, points, limit, windowMs]: Parameters<StateOperations["takePoints"]>,
): TakenPoints {
  const rows = run("SELECT used, ends FROM windows WHERE key = ? AND ends > ?", key, time);
  const used = numberOf(rows, "used");
  const ends = numberOf(rows, "ends", time + windowMs);
  const resetMs = ends - time;
  if (points > 0 && used + points > limit) {
    return { allowed: false, remaining: Math.max(0, limit - used), resetMs };
  }
  const next = Math.max(0, used + points);
  run("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", key, next, ends);
  return { allowed: true, remaining: Math.max(0, limit - next), resetMs };
}

type Rows = ReturnType<RunSql>;

function textOf([row]: Rows, column: string): string | undefined {
  const value = row?.[column];
  return typeof value === "string" ? value : undefined;
}

function numberOf([row]: Rows, column: string, otherwise = 0): number {
  const value = row?.[column];
  return typeof value === "number" ? value : otherwise;
}
