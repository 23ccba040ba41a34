import { expect, it } from "vitest";
import { formatDuration } from "../../src/http/duration.ts";

it.each([
  [-5, "0s"],
  [0, "0s"],
  [0.2, "1ms"],
  [60, "60ms"],
  [999, "999ms"],
  [1_000, "1s"],
  [1_500, "1.5s"],
  [60_000, "1m0s"],
  [90_951, "1m30.951s"],
  [360_000, "6m0s"],
  [86_399_999, "23h59m59.999s"],
  [86_400_000, "24h0m0s"],
])("%d milliseconds are written %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
