/** What every form of the shared state promises, with real time; each form runs the same tests. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Lease, StateOperations } from "../../src/store/shared-state.ts";
import { keepsTheLine } from "./line-contract.ts";

export interface StateForm {
  readonly state: StateOperations;
  end(): Promise<void>;
}

const lease = (name: string, holderId: string, ttlMs = 60_000): Lease => ({ name, holderId, ttlMs });
const count = (answers: readonly boolean[]) => answers.filter(Boolean).length;
const numbers = (length: number) => Array.from({ length }, (_, index) => index);

/** Waits for real time to pass, by asking. */
const soon = { timeout: 5_000, interval: 20 };

export function keepsTheContract(open: () => Promise<StateForm>): void {
  let form: StateForm;
  let state: StateOperations;
  beforeAll(async () => {
    form = await open();
    state = form.state;
  });
  afterAll(() => form.end());

  describe("stored texts", () => {
    storedTexts(() => state);
  });
  describe("points", () => {
    points(() => state);
  });
  describe("leases", () => {
    leases(() => state);
  });
  describe("a line for leases", () => {
    keepsTheLine(() => state);
  });
  describe("records", () => {
    records(() => state);
  });
}

function storedTexts(state: () => StateOperations): void {
  it("are found, replaced and deleted", async () => {
    const key = randomUUID();
    expect(await state().get(key)).toBeUndefined();
    await state().set(key, "", 60_000);
    expect(await state().get(key)).toBe("");
    await state().set(key, '7 {"text":"Füße 🦶\\n\u0000"}', 60_000);
    expect(await state().get(key)).toBe('7 {"text":"Füße 🦶\\n\u0000"}');
    expect(await state().delete(key)).toBe(true);
    expect(await state().delete(key)).toBe(false);
    expect(await state().get(key)).toBeUndefined();
  });

  it("may be large", async () => {
    const key = randomUUID();
    const text = "ä🙂x".repeat(150_000);
    await state().set(key, text, 60_000);
    expect((await state().get(key)) === text).toBe(true);
  });

  it("are gone after their lifetime, which reading renews", async () => {
    const [read, unread] = [randomUUID(), randomUUID()];
    await Promise.all([state().set(read, "read", 800), state().set(unread, "unread", 800)]);
    const start = Date.now();
    await vi.waitFor(async () => {
      expect(await state().get(read)).toBe("read");
      expect(Date.now() - start).toBeGreaterThan(900);
    }, soon);
    expect(await state().get(unread)).toBeUndefined();
  });
}

function points(state: () => StateOperations): void {
  it("are exact under parallel load", async () => {
    const key = randomUUID();
    const answers = await Promise.all(numbers(500).map(() => state().takePoints(key, 1, 60, 60_000)));
    expect(count(answers.map(({ allowed }) => allowed))).toBe(60);
    const left = answers.filter(({ allowed }) => allowed).map(({ remaining }) => remaining);
    expect(left.sort((a, b) => a - b)).toEqual(numbers(60));
  });

  it("tell what remains and when the window ends", async () => {
    const key = randomUUID();
    const first = await state().takePoints(key, 3, 5, 60_000);
    expect(first).toMatchObject({ allowed: true, remaining: 2 });
    const second = await state().takePoints(key, 3, 5, 60_000);
    expect(second).toMatchObject({ allowed: false, remaining: 2 });
    expect(second.resetMs).toBeGreaterThan(50_000);
    expect(second.resetMs).toBeLessThanOrEqual(60_000);
    expect(await state().takePoints(key, 2, 5, 60_000)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("can be given back, but not more than were taken", async () => {
    const key = randomUUID();
    await state().takePoints(key, 4, 5, 60_000);
    expect(await state().takePoints(key, -3, 5, 60_000)).toMatchObject({ allowed: true, remaining: 4 });
    expect(await state().takePoints(key, -30, 5, 60_000)).toMatchObject({ allowed: true, remaining: 5 });
  });

  it("are whole again in the next window, which nothing taken in this one moves", async () => {
    const key = randomUUID();
    await state().takePoints(key, 1, 2, 600);
    const start = Date.now();
    await state().takePoints(key, 1, 2, 600);
    expect((await state().takePoints(key, 1, 2, 600)).allowed).toBe(false);
    await vi.waitFor(async () => {
      expect(await state().takePoints(key, 1, 2, 600)).toMatchObject({ allowed: true, remaining: 1 });
    }, soon);
    expect(Date.now() - start).toBeGreaterThan(500);
  });
}

function leases(state: () => StateOperations): void {
  it("are exact under parallel load", async () => {
    const name = randomUUID();
    const tries = numbers(500).map((index) => state().acquireLease(lease(name, `holder ${index}`), 4));
    expect(count(await Promise.all(tries))).toBe(4);
  });

  it("are held once by one holder, however often it asks", async () => {
    const name = randomUUID();
    for (const holder of ["a", "a", "b"]) {
      expect(await state().acquireLease(lease(name, holder), 2)).toBe(true);
    }
    expect(await state().acquireLease(lease(name, "c"), 2)).toBe(false);
    expect(await state().acquireLease(lease(name, "a"), 2)).toBe(true);
  });

  it("free their places when they are released, and no other", async () => {
    const [name, other] = [randomUUID(), randomUUID()];
    for (const one of [lease(name, "a"), lease(name, "b"), lease(other, "a")]) {
      expect(await state().acquireLease(one, 2)).toBe(true);
    }
    await state().releaseLeases([lease(name, "a"), lease(name, "nobody")]);
    expect(await state().acquireLease(lease(other, "b"), 1)).toBe(false);
    expect(await state().acquireLease(lease(name, "c"), 2)).toBe(true);
    expect(await state().acquireLease(lease(name, "d"), 2)).toBe(false);
    await state().releaseLeases([]);
  });

  it("lapse where they are not renewed, and live on where they are", async () => {
    const [dead, alive] = [randomUUID(), randomUUID()];
    await state().acquireLease(lease(dead, "a", 500), 1);
    await state().acquireLease(lease(alive, "a", 500), 1);
    expect(await state().acquireLease(lease(dead, "b", 500), 1)).toBe(false);
    const start = Date.now();
    await vi.waitFor(async () => {
      expect(await state().renewLeases([lease(alive, "a", 500)])).toEqual([true]);
      expect(await state().acquireLease(lease(dead, "b", 60_000), 1)).toBe(true);
    }, soon);
    expect(Date.now() - start).toBeGreaterThan(400);
    expect(await state().acquireLease(lease(alive, "b"), 1)).toBe(false);
  });

  it("count again when they are renewed after they lapsed", async () => {
    const [name, other] = [randomUUID(), randomUUID()];
    await state().acquireLease(lease(name, "a"), 1);
    const renewed = [lease(name, "a"), lease(name, "late"), lease(other, "late")];
    expect(await state().renewLeases(renewed)).toEqual([true, false, false]);
    expect(await state().acquireLease(lease(other, "b"), 1)).toBe(false);
    expect(await state().acquireLease(lease(name, "b"), 2)).toBe(false);
    expect(await state().renewLeases([])).toEqual([]);
  });
}

function records(state: () => StateOperations): void {
  it("are found until their lifetime ends, which reading does not renew", async () => {
    const key = randomUUID();
    expect(await state().getRecord(key)).toBeUndefined();
    await state().setRecord(key, "open", 400);
    expect(await state().getRecord(key)).toBe("open");
    expect(await state().get(key)).toBeUndefined();
    await vi.waitFor(async () => expect(await state().getRecord(key)).toBeUndefined(), soon);
    await state().setRecord(key, "", 60_000);
    expect(await state().getRecord(key)).toBe("");
  });
}
