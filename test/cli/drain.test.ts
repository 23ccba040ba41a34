/** The end of the process: first signal, second signal, and a stop that fails. */
import { describe, expect, it } from "vitest";
import { createDrain } from "../../src/cli/drain.ts";
import { endWithin } from "../../src/cli/shell.ts";
import { recordingLog } from "../support/test-app.ts";

function startDrain(limitMs = () => 5_000) {
  const stopped = Promise.withResolvers<boolean>();
  const exited = Promise.withResolvers<number>();
  const limits: number[] = [];
  const exits: number[] = [];
  const log = recordingLog();
  const signal = createDrain({
    listener: {
      stop(limit) {
        limits.push(limit);
        return stopped.promise;
      },
    },
    limitMs,
    log,
    exit(code) {
      exits.push(code);
      exited.resolve(code);
    },
  });
  return { signal, stopped, exited: exited.promise, exits, limits, log };
}

describe("the first signal", () => {
  it("stops the listener with the limit of that moment, then exits with 0", async () => {
    let limit = 1_000;
    const drain = startDrain(() => limit);
    limit = 2_000;
    drain.signal("SIGTERM");
    expect(drain.limits).toEqual([2_000]);
    expect(drain.exits).toEqual([]);
    drain.stopped.resolve(true);
    expect(await drain.exited).toBe(0);
    expect(drain.log.events.map(({ event, level }) => [event, level])).toEqual([
      ["drain-start", "info"],
      ["drain-end", "info"],
    ]);
  });

  it("exits with 0 and a warning where answers were cut", async () => {
    const drain = startDrain();
    drain.signal("SIGINT");
    drain.stopped.resolve(false);
    expect(await drain.exited).toBe(0);
    expect(drain.log.events.at(-1)).toMatchObject({ event: "drain-end", level: "warn" });
  });

  it("exits with 1 where the listener fails to stop", async () => {
    const drain = startDrain();
    drain.signal("SIGTERM");
    drain.stopped.reject(new Error("broken"));
    expect(await drain.exited).toBe(1);
    expect(drain.log.events.at(-1)).toMatchObject({ event: "drain-failed", level: "error" });
  });
});

describe("the second signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s exits at once with %i", (name, code) => {
    const drain = startDrain();
    drain.signal("SIGTERM");
    drain.signal(name);
    expect(drain.exits).toEqual([code]);
    expect(drain.limits).toHaveLength(1);
  });
});

describe("endWithin", () => {
  it("is true where the end comes in time, even without any limit worth the name", async () => {
    const cut = () => expect.unreachable();
    expect(await endWithin(Number.MAX_SAFE_INTEGER, Promise.resolve(), cut)).toBe(true);
  });

  it("cuts after the limit", async () => {
    let isCut = false;
    const end = endWithin(1, new Promise(() => {}), () => {
      isCut = true;
    });
    expect(await end).toBe(false);
    expect(isCut).toBe(true);
  });
});
