/** What every form of the shared state promises to those that wait for a lease: whose turn it is, with real time. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { createMemoryState } from "../../src/store/memory-state.ts";
import type { Lease, StateOperations, Turn } from "../../src/store/shared-state.ts";
import { seeded } from "../route/queue/simulation.ts";

const lease = (name: string, holderId: string): Lease => ({ name, holderId, ttlMs: 60_000 });
const numbers = (length: number) => Array.from({ length }, (_, index) => index);
const turn = (key: string, priority = 0, lapseMs = 60_000): Turn => ({ key, priority, lapseMs });

/** One place, held by nobody of the line until it is freed. */
async function openLine(state: StateOperations, waiting: readonly (readonly [string, Turn])[]) {
  const name = randomUUID();
  const ask = (holder: string, asked: Turn, limit = 1) =>
    state.acquireLease(lease(name, holder), limit, asked);
  const free = (holder: string) => state.releaseLeases([lease(name, holder)]);
  expect(await state.acquireLease(lease(name, "before all"), 1)).toBe(true);
  for (const [holder, asked] of waiting) expect(await ask(holder, asked)).toBe(false);
  await free("before all");

  /** Who has the only place in turn, where all ask for it in an order that is not theirs. */
  async function order(): Promise<readonly string[]> {
    const left = new Map(waiting);
    const seen: string[] = [];
    while (left.size > 0) {
      const before = left.size;
      for (const [holder, asked] of [...left].toReversed()) {
        if (!(await ask(holder, asked))) continue;
        seen.push(holder);
        left.delete(holder);
        await free(holder);
        break;
      }
      if (left.size === before) throw new Error(`Nobody is next after ${seen.join(", ")}.`);
    }
    return seen;
  }

  return { ask, free, order };
}

export function keepsTheLine(state: () => StateOperations): void {
  const low = turn("low", -3);
  const orders: readonly (readonly [string, readonly (readonly [string, Turn])[], string])[] = [
    ["the older of a key first", numbers(12).map((i) => [`${i}`, turn("a")]), "0 1 2 3 4 5 6 7 8 9 10 11"],
    [
      "each key in its turn, however many one has",
      [
        ...numbers(4).map((i) => [`a${i}`, turn("a")] as const),
        ["b0", turn("b")],
        ["c0", turn("c")],
        ["b1", turn("b")],
      ],
      "a0 b0 c0 a1 b1 a2 a3",
    ],
    [
      "the higher priority first, with the shares of its keys",
      [
        ["z", turn("a")],
        ["a0", turn("a", 2)],
        ["a1", turn("a", 2)],
        ["b0", turn("b", 2)],
        ["low", low],
      ],
      "a0 b0 a1 z low",
    ],
    [
      "a class that was passed over eight times before its better",
      [["low0", low], ["low1", low], ...numbers(10).map((i) => [`h${i}`, turn("a")] as const)],
      "h0 h1 h2 h3 h4 h5 h6 h7 low0 h8 h9 low1",
    ],
  ];
  it.each(orders)("lets %s", async (_name, waiting, expected) => {
    const { order } = await openLine(state(), waiting);
    expect((await order()).join(" ")).toBe(expected);
  });

  it("keeps a key that comes anew from waiting for those that had their turns", async () => {
    const { ask, free } = await openLine(
      state(),
      numbers(5).map((i) => [`a${i}`, turn("a")]),
    );
    for (const holder of ["a0", "a1"]) {
      expect(await ask(holder, turn("a"))).toBe(true);
      if (holder === "a0") await free(holder);
    }
    expect(await ask("b", turn("b"))).toBe(false);
    await free("a1");
    expect(await ask("a2", turn("a"))).toBe(false);
    expect(await ask("b", turn("b"))).toBe(true);
  });

  it("gives as many as there are places to the first of it, whoever asks first", async () => {
    const { ask } = await openLine(
      state(),
      ["0", "1", "2", "3"].map((holder) => [holder, turn(holder)]),
    );
    const answers: boolean[] = [];
    for (const holder of ["3", "2", "1", "0"]) answers.push(await ask(holder, turn(holder), 2));
    expect(answers).toEqual([false, false, true, true]);
    expect(await ask("1", turn("1"), 2)).toBe(true);
  });

  it("goes on without those that left it", async () => {
    const { ask, free } = await openLine(state(), [
      ["a", turn("a")],
      ["b", turn("b")],
    ]);
    expect(await ask("b", turn("b"))).toBe(false);
    await free("a");
    expect(await ask("b", turn("b"))).toBe(true);
  });

  it("goes on without those that ask no more, after their time", async () => {
    const { ask } = await openLine(state(), [
      ["dead", turn("a", 5, 400)],
      ["alive", turn("b", 0, 400)],
    ]);
    const start = Date.now();
    expect(await ask("alive", turn("b", 0, 400))).toBe(false);
    await vi.waitFor(async () => expect(await ask("alive", turn("b", 0, 400))).toBe(true), {
      timeout: 5_000,
      interval: 20,
    });
    expect(Date.now() - start).toBeGreaterThan(200);
  });

  it("is not for those who ask without a turn", async () => {
    const name = randomUUID();
    expect(await state().acquireLease(lease(name, "held"), 1)).toBe(true);
    expect(await state().acquireLease(lease(name, "refused"), 1)).toBe(false);
    await state().releaseLeases([lease(name, "held")]);
    expect(await state().acquireLease(lease(name, "in turn"), 1, turn("a"))).toBe(true);
  });

  it("never gives more than there are, under parallel load", async () => {
    const name = randomUUID();
    const tries = numbers(200).map((i) => state().acquireLease(lease(name, `${i}`), 4, turn(`${i % 7}`)));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(4);
  });

  it("is the same in every form, whatever is asked in what order", async () => {
    const random = seeded(11);
    const pick = (below: number) => Math.floor(random() * below);
    const memory = createMemoryState(1_000, () => 0);
    const name = randomUUID();
    for (let step = 0; step < 600; step++) {
      // Each holder has one turn for good, and asks, leaves and ends as chance has it.
      const holder = pick(40);
      const asked = turn(`key ${holder % 5}`, (holder % 3) - 1);
      const limit = 1 + pick(3);
      const one = lease(name, `${holder}`);
      const isAsk = random() < 0.8;
      const answers = await Promise.all(
        [memory, state()].map((form) =>
          isAsk ? form.acquireLease(one, limit, asked) : form.releaseLeases([one]),
        ),
      );
      expect(answers[1], `step ${step}`).toBe(answers[0]);
    }
  });
}
