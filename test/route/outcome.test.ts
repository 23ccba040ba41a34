import { describe, expect, it } from "vitest";
import { type AttemptEnd, classifyOutcome } from "../../src/route/outcome.ts";

describe("an attempt's end", () => {
  const answered = (status: number): AttemptEnd => ({ type: "answered", status });
  const cases: readonly (readonly [AttemptEnd, ReturnType<typeof classifyOutcome>])[] = [
    [answered(200), "success"],
    [answered(400), "success"],
    [answered(404), "success"],
    [answered(429), "neutral"],
    [answered(500), "failure"],
    [answered(501), "success"],
    [answered(503), "failure"],
    [{ type: "connect-failed" }, "failure"],
    [{ type: "connection-lost" }, "failure"],
    [{ type: "first-byte-timeout" }, "failure"],
    [{ type: "client-left" }, "neutral"],
    [{ type: "model-loading" }, "neutral"],
  ];
  it.each(cases)("%o is a %s", (attemptEnd, outcome) => {
    expect(classifyOutcome(attemptEnd)).toBe(outcome);
  });
});
