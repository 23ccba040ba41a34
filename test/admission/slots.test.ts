import { expect, it } from "vitest";
import { createMemorySlots } from "../../src/admission/slots.ts";

it("gives as many places as there are, and each back once", async () => {
  const slots = createMemorySlots();
  const entered = await Promise.all(Array.from({ length: 10 }, () => slots.enter("a", 4)));
  const releases = entered.filter((release) => release !== undefined);
  expect(releases).toHaveLength(4);
  expect(slots.taken("a")).toBe(4);
  const [first] = releases;
  first?.();
  first?.();
  expect(slots.taken("a")).toBe(3);
  expect(await slots.enter("a", 4)).toBeDefined();
  expect(await slots.enter("a", 4)).toBeUndefined();
});

it("keeps keys apart, and returns to zero", async () => {
  const slots = createMemorySlots();
  const one = await slots.enter("a", 1);
  const other = await slots.enter("b", 1);
  one?.();
  expect([slots.taken("a"), slots.taken("b")]).toEqual([0, 1]);
  other?.();
  expect(slots.taken("b")).toBe(0);
});
