/** The benchmark's medians, ratios and tables. */
import { describe, expect, test } from "vitest";
import type { Phase } from "../../bench/phases/phase.ts";
import {
  type Comparison,
  type Report,
  type Result,
  mergeReports,
  summarise,
  tellRounds,
} from "../../bench/results.ts";
import { formatReport, formatTable } from "../../bench/table.ts";

const cpuOf = (candidate: string, values: ReadonlyArray<number | null>): Result[] =>
  values.map((cpu, index) => ({ candidate, phase: "plain", round: index + 1, measured: { cpu } }));

const report: Report = {
  date: "2026-01-02T03:04:05.000Z",
  isQuick: false,
  rounds: 3,
  machine: {},
  candidates: ["direct", "nginx", "node-all"],
  phases: ["plain"],
  missing: { haproxy: "haproxy is not installed" },
  results: [
    ...cpuOf("direct", [5, 5, 8]),
    // The second round is disturbed for everybody.
    ...cpuOf("nginx", [10, 30, 11]),
    ...cpuOf("node-all", [40, 120, 55]),
  ],
};

describe("a candidate's cell", () => {
  const cellOf = (candidate: string, compare: Comparison) =>
    summarise(report, candidate, "plain", { key: "cpu", compare });

  test("is the median, and the median of each round's ratio to nginx", () => {
    expect(cellOf("node-all", "ratio")).toEqual({ value: 55, toNginx: 4 });
  });

  test("is what it adds to direct in each round", () => {
    expect(cellOf("nginx", "added")).toEqual({ value: 5, toNginx: undefined });
  });

  test("has no ratio where none is asked for", () => {
    expect(cellOf("node-all", "none")).toEqual({ value: 55, toNginx: undefined });
  });

  test("is not there for a candidate without numbers", () => {
    expect(cellOf("bun-all", "ratio")).toBeUndefined();
  });

  test("passes over numbers that JSON made null", () => {
    const direct = cpuOf("direct", [null, null, null]);
    const key = { key: "cpu", compare: "ratio" } as const;
    expect(summarise({ ...report, results: direct }, "direct", "plain", key)).toBeUndefined();
  });
});

describe("several runs together", () => {
  const later: Report = {
    ...report,
    rounds: 1,
    candidates: ["nginx", "bun-all"],
    missing: { portkey: "it is not installed" },
    results: [
      { candidate: "nginx", phase: "plain", round: 1, measured: { cpu: 20 } },
      { candidate: "bun-all", phase: "plain", round: 1, measured: { cpu: 60 } },
    ],
  };
  const merged = mergeReports([report, later, later]);

  test("have all candidates, and what each lacked", () => {
    expect(merged.candidates).toEqual(["direct", "nginx", "node-all", "bun-all"]);
    expect(Object.keys(merged.missing)).toEqual(["haproxy", "portkey"]);
  });

  test("compare a candidate with the nginx of its own run", () => {
    const key = { key: "cpu", compare: "ratio" } as const;
    expect(summarise(merged, "bun-all", "plain", key)).toEqual({ value: 60, toNginx: 3 });
    expect(summarise(merged, "node-all", "plain", key)).toEqual({ value: 55, toNginx: 4 });
  });

  test("keep their rounds apart", () => {
    expect(merged.results.filter(({ candidate }) => candidate === "nginx").map(({ round }) => round)).toEqual(
      [1, 2, 3, 4, 5],
    );
  });

  test("tell how many rounds there were of each", () => {
    expect(tellRounds(report)).toBe("3");
    expect(tellRounds(merged)).toBe("2 to 5, by phase and candidate");
  });

  test("are none where there is no run", () => {
    expect(() => mergeReports([])).toThrow("no report");
  });
});

test("a table has its columns aligned and its numbers on the right", () => {
  expect(
    formatTable(
      ["name", "µs"],
      [
        ["nginx", "9.5"],
        ["a", "12.25"],
      ],
    ),
  ).toBe("| name  |    µs |\n| ----- | ----: |\n| nginx |   9.5 |\n| a     | 12.25 |");
});

test("a report tells what did not run and which phase went wrong", () => {
  const phase: Phase = {
    name: "plain",
    title: "Plain requests.",
    models: [],
    metrics: [{ key: "cpu", title: "CPU µs", compare: "ratio", digits: 1 }],
    run: () => Promise.resolve({}),
  };
  const failed = { candidate: "deno-all", phase: "plain", round: 1, measured: {}, problem: "wrong model" };
  const candidates = [...report.candidates, "deno-all"];
  const text = formatReport({ ...report, candidates, results: [...report.results, failed] }, [phase]);
  expect(text).toContain("| node-all  |   55.0 |    4.00 |");
  expect(text).toContain("- deno-all: wrong model");
  expect(text).not.toContain("| deno-all");
  expect(text).toContain("- haproxy: haproxy is not installed");
});
