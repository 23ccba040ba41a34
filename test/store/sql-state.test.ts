/** State in SQLite keeps the contract of the shared state, directly and from afar, and forgets what has lapsed. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createRemoteState, serveState } from "../../src/store/remote-state.ts";
import { createSqlState, type RunSql, type SqlState } from "../../src/store/sql-state.ts";
import { keepsTheContract } from "./contract.ts";

function openDatabase(): { readonly run: RunSql; close(): void } {
  const database = new DatabaseSync(":memory:");
  return {
    run: (statement, ...values) => {
      const rows = database.prepare(statement).all(...values);
      return rows.map((row) => ({ ...row }));
    },
    close: () => database.close(),
  };
}

describe("state in SQLite", () => {
  keepsTheContract(async () => {
    const { run, close } = openDatabase();
    return { state: createSqlState(run, Date.now), end: async () => close() };
  });
});

describe("state from afar", () => {
  keepsTheContract(async () => {
    const { run, close } = openDatabase();
    const state = createSqlState(run, Date.now);
    return { state: createRemoteState((body) => serveState(state, body)), end: async () => close() };
  });

  it("refuses what no client of it can have asked", async () => {
    const { run, close } = openDatabase();
    const state = createSqlState(run, Date.now);
    const orders = ["", "{}", '{"operation":"drop","wish":[]}', '{"operation":"get","wish":[1]}'];
    for (const order of orders) expect((await serveState(state, order)).status).toBe(400);
    close();
  });

  it("rejects where the other side failed, with its status", async () => {
    const state = createRemoteState(async () => new Response("overloaded", { status: 503 }));
    await expect(state.get("key")).rejects.toThrow("status 503");
  });
});

describe("a sweep", () => {
  const rowsOf = (run: RunSql) =>
    ["texts", "records", "windows", "leases"].map(
      (table) => run(`SELECT count(*) AS rows FROM ${table}`)[0]?.["rows"],
    );

  async function fill(state: SqlState): Promise<void> {
    await state.set("a", "text", 1_000);
    await state.setRecord("a", "record", 2_000);
    await state.takePoints("a", 1, 5, 3_000);
    await state.acquireLease({ name: "a", holderId: "b", ttlMs: 4_000 }, 1);
  }

  it("deletes what has lapsed and tells when the next will", async () => {
    const { run, close } = openDatabase();
    let time = 10_000;
    const state = createSqlState(run, () => time);
    await fill(state);
    expect(state.sweep()).toBe(11_000);
    time = 12_500;
    expect(state.sweep()).toBe(13_000);
    expect(rowsOf(run)).toEqual([0, 0, 1, 1]);
    time = 20_000;
    expect(state.sweep()).toBeUndefined();
    expect(rowsOf(run)).toEqual([0, 0, 0, 0]);
    close();
  });

  it("finds again what was written before the process ended", async () => {
    const { run, close } = openDatabase();
    await createSqlState(run, () => 0).set("key", "text", 1_000);
    expect(await createSqlState(run, () => 500).get("key")).toBe("text");
    expect(await createSqlState(run, () => 5_000).get("key")).toBeUndefined();
    close();
  });
});

it("keeps no text that is too large for a row, and not the one that it would replace", async () => {
  const { run, close } = openDatabase();
  const state = createSqlState(run, Date.now);
  await state.set("key", "small", 1_000);
  await state.set("key", "x".repeat(2_000_000), 1_000);
  expect(await state.get("key")).toBeUndefined();
  close();
});
