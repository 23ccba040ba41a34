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
  expect(await connectInTime("box", async () => "open", close)).toBe("open");
  expect(vi.getTimerCount()).toBe(0);
  expect(closed).toEqual([]);
});

it("fails as the runtime says", async () => {
  const connect = () => Promise.reject(new Error("refused"));
  await expect(connectInTime("box", connect, close)).rejects.toThrow("refused");
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ["comes later, and is closed then", ["late"]],
  ["fails later, unheard", []],
])("is given up after its time where it %s", async (_what, expected) => {
  const { promise: connecting, resolve, reject } = Promise.withResolvers<string>();
  let late: AbortSignal | undefined;
  const connect = (signal: AbortSignal) => {
    late = signal;
    return connecting;
  };
  const failed = connectInTime("box", connect, close).catch((thrown: unknown) => thrown);
  await vi.advanceTimersByTimeAsync(connectTimeoutMs - 1);
  expect([vi.getTimerCount(), late?.aborted]).toEqual([1, false]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failed).toEqual(new ConnectTimeoutError("box"));
  expect(late?.aborted).toBe(true);
  if (expected.length > 0) resolve("late");
  else reject(new Error("refused"));
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toEqual(expected);
});
