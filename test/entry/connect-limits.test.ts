/** A connection comes in time, fails, or is given up, and never stays open for nobody. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connectInTime, ConnectTimeoutError, connectTimeoutMs } from "../../src/entry/connect-limits.ts";

/** What was closed. */
let closed: string[];
const close = (connection: string) => void closed.push(connection);

beforeEach(() => {
  closed = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

it("is the connection, and stays open, where it comes in time", async () => {
  expect(await connectInTime("box", Promise.resolve("open"), close)).toBe("open");
  expect(vi.getTimerCount()).toBe(0);
  expect(closed).toEqual([]);
});

it("fails as the runtime says", async () => {
  const connecting = Promise.reject(new Error("refused"));
  await expect(connectInTime("box", connecting, close)).rejects.toThrow("refused");
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ["comes later, and is closed then", ["late"]],
  ["fails later, unheard", []],
])("is given up after its time where it %s", async (_what, expected) => {
  const { promise: connecting, resolve, reject } = Promise.withResolvers<string>();
  const failed = connectInTime("box", connecting, close).catch((thrown: unknown) => thrown);
  await vi.advanceTimersByTimeAsync(connectTimeoutMs - 1);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failed).toEqual(new ConnectTimeoutError("box"));
  if (expected.length > 0) resolve("late");
  else reject(new Error("refused"));
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toEqual(expected);
});
