import { expect, it } from "vitest";
import { createMemorySlots, leaseMs } from "../../src/admission/slots.ts";

const now = 1_000_000;

it("gives as many places as there are, and each back once", async () => {
  const slots = createMemorySlots({ lapse: true });
  const entered = await Promise.all(Array.from({ length: 10 }, () => slots.enter("a", 4, now)));
  const places = entered.filter((place) => place !== undefined);
  expect(places).toHaveLength(4);
  expect(slots.taken("a", now)).toBe(4);
  const [first] = places;
  first?.release();
  first?.release();
  expect(slots.taken("a", now)).toBe(3);
  expect(await slots.enter("a", 4, now)).toBeDefined();
  expect(await slots.enter("a", 4, now)).toBeUndefined();
});

it("keeps keys apart, and returns to zero", async () => {
  const slots = createMemorySlots({ lapse: true });
  const one = await slots.enter("a", 1, now);
  const other = await slots.enter("b", 1, now);
  one?.release();
  expect([slots.taken("a", now), slots.taken("b", now)]).toEqual([0, 1]);
  other?.release();
  expect(slots.taken("b", now)).toBe(0);
});

it("takes a place back that nobody renews, and not a moment before", async () => {
  const slots = createMemorySlots({ lapse: true });
  const lost = await slots.enter("a", 1, now);
  expect(await slots.enter("a", 1, now + leaseMs - 1)).toBeUndefined();
  lost?.renew(now + leaseMs - 1);
  expect(await slots.enter("a", 1, now + leaseMs)).toBeUndefined();
  const next = await slots.enter("a", 1, now + 2 * leaseMs);
  expect(next).toBeDefined();
  lost?.release();
  expect(slots.taken("a", now + 2 * leaseMs)).toBe(1);
});

it("forgets the keys of those who left without a word", async () => {
  const slots = createMemorySlots({ lapse: true });
  for (let count = 0; count < 5_000; count++) await slots.enter(`address ${count}`, 1, count * leaseMs);
  expect(slots.keys()).toBeLessThanOrEqual(1_000);
});
