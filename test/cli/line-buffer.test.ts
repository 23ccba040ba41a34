import { describe, expect, it } from "vitest";
import { createLineBuffer } from "../../src/cli/line-buffer.ts";

function open() {
  const written: string[] = [];
  const timers: (() => void)[] = [];
  const buffer = createLineBuffer(
    (text) => written.push(text),
    (callback) => timers.push(callback),
  );
  return { buffer, written, timers };
}

describe("a buffer of lines", () => {
  it("writes what came close together in one piece, in order, after one timer", () => {
    const { buffer, written, timers } = open();
    buffer.add("one", false);
    buffer.add("two", false);
    expect([written, timers.length]).toEqual([[], 1]);
    timers[0]?.();
    expect(written).toEqual(["one\ntwo\n"]);
    buffer.add("three", false);
    expect(timers).toHaveLength(2);
  });

  it("writes an urgent line at once, behind those that waited, and nothing twice", () => {
    const { buffer, written, timers } = open();
    buffer.add("one", false);
    buffer.add("trouble", true);
    expect(written).toEqual(["one\ntrouble\n"]);
    timers[0]?.();
    buffer.flush();
    expect(written).toEqual(["one\ntrouble\n"]);
  });

  it("holds no more than 16 KiB", () => {
    const { buffer, written } = open();
    for (let count = 0; count < 20; count++) buffer.add("x".repeat(1_023), false);
    expect(written.map((text) => text.length)).toEqual([16 * 1024]);
    buffer.flush();
    expect(written.join("")).toHaveLength(20 * 1024);
  });
});
