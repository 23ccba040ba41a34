/** What the benchmark reads of the kernel's counts. */
import { describe, expect, test } from "vitest";
import {
  cpuBetween,
  parseClosing,
  parseMemory,
  parseSchedstat,
  parseStat,
  treeOf,
} from "../../bench/proc.ts";

describe("a process's stat", () => {
  const rest = "7870 15257 15257 0 -1 4194304 101 0 0 0 120 30 4 5 20 0 11 0 2522041 3133440 381";
  test.each([
    ["with a plain name", `15262 (node) S ${rest}`],
    ["with spaces and brackets in its name", `15262 (a (b) c) S 1) S ${rest}`],
  ])("%s gives its parent and its time", (_title, text) => {
    expect(parseStat(text)).toEqual({ parent: 7870, cpuMs: 1_500, endedChildrenMs: 90 });
  });
});

test("a thread's schedstat gives milliseconds", () => {
  expect(parseSchedstat("55680426 225395 41\n")).toBeCloseTo(55.680426);
});

describe("a process's status", () => {
  const text = "Name:\tnode\nVmPeak:\t  900 kB\nVmHWM:\t   300 kB\nVmRSS:\t   200 kB\n";
  test.each([
    ["VmRSS", 204_800],
    ["VmHWM", 307_200],
    ["VmSwap", 0],
  ])("gives %s in bytes", (field, expected) => {
    expect(parseMemory(text, field)).toBe(expected);
  });
});

test.each([
  ["TCP: inuse 1 orphan 0 tw 10331 alloc 1 mem 263", 10_331],
  ["UDP: inuse 0 mem 0", 0],
])("the ports that are kept after their connections are counted: %s", (line, expected) => {
  expect(parseClosing(`sockets: used 8\n${line}\n`)).toBe(expected);
});

test("a tree holds children of children and no strangers", () => {
  const parents = new Map([
    [2, 1],
    [3, 2],
    [4, 9],
    [5, 3],
  ]);
  expect(treeOf(2, parents)).toEqual([2, 3, 5]);
});

describe("CPU time between two readings", () => {
  const reading = (threads: Record<string, number>, tickedMs: number) => ({
    threadMs: new Map(Object.entries(threads)),
    tickedMs,
  });

  test("is the sum of what each thread did", () => {
    const before = reading({ "1/1": 100, "1/2": 10 }, 110);
    expect(cpuBetween(before, reading({ "1/1": 150.5, "1/2": 12 }, 160))).toBeCloseTo(52.5);
  });

  test("counts a thread that began in between from its start", () => {
    const before = reading({ "1/1": 100 }, 100);
    expect(cpuBetween(before, reading({ "1/1": 100, "1/7": 8 }, 100))).toBeCloseTo(8);
  });

  test("takes the ticks where a thread took its time with it", () => {
    const before = reading({ "1/1": 100, "1/2": 50 }, 150);
    expect(cpuBetween(before, reading({ "1/1": 110 }, 560))).toBe(390);
  });
});
