import { describe, expect, it } from "vitest";
import { StopSwitch, toAbortSignal } from "../src/stop-signal.ts";

describe("a stop switch", () => {
  it("tells each listener once, with its reason", () => {
    const stop = new StopSwitch();
    const told: unknown[] = [];
    stop.addEventListener("abort", () => told.push(["first", stop.aborted, stop.reason]));
    stop.addEventListener("abort", () => told.push(["second", stop.aborted, stop.reason]));
    stop.abort("over");
    stop.abort("again");
    expect(told).toEqual([
      ["first", true, "over"],
      ["second", true, "over"],
    ]);
  });

  it("tells nobody who stopped listening", () => {
    const stop = new StopSwitch();
    const told: string[] = [];
    const leave = () => told.push("left");
    stop.addEventListener("abort", leave);
    stop.addEventListener("abort", () => told.push("stayed"));
    stop.removeEventListener("abort", leave);
    stop.abort("over");
    expect(told).toEqual(["stayed"]);
  });

  it("tells all, where one of them stops another from listening", () => {
    const stop = new StopSwitch();
    const told: string[] = [];
    const second = () => told.push("second");
    stop.addEventListener("abort", () => stop.removeEventListener("abort", second));
    stop.addEventListener("abort", second);
    stop.abort("over");
    expect(told).toEqual(["second"]);
  });

  it.each([
    ["asked for before", true],
    ["asked for after", false],
  ])("carries over to the platform's own signal that was %s", (_name, isBefore) => {
    const stop = new StopSwitch();
    const before = isBefore ? toAbortSignal(stop) : undefined;
    const reason = new DOMException("over", "AbortError");
    stop.abort(reason);
    const signal = before ?? toAbortSignal(stop);
    expect(signal).toBe(stop.platform);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect([signal.aborted, signal.reason]).toEqual([true, reason]);
  });
});

it("takes the platform's own signal as it is, and follows any other", () => {
  const { signal } = new AbortController();
  expect(toAbortSignal(signal)).toBe(signal);
  let tell = () => {};
  const other = {
    aborted: false,
    reason: "because",
    addEventListener: (_type: "abort", listener: () => void) => void (tell = listener),
    removeEventListener: () => {},
  };
  const following = toAbortSignal(other);
  expect(following.aborted).toBe(false);
  tell();
  expect([following.aborted, following.reason]).toEqual([true, "because"]);
});
