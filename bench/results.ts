/** What a run of the benchmark has found, and the medians of it. Pure. */
import { median } from "./statistics.ts";

/** One candidate in one phase of one round. */
export interface Result {
  readonly candidate: string;
  readonly phase: string;
  readonly round: number;
  readonly measured: Readonly<Record<string, number | null>>;
  /** Why there are no numbers. */
  readonly problem?: string;
}

export interface Report {
  readonly date: string;
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly machine: Readonly<Record<string, string>>;
  readonly candidates: readonly string[];
  readonly phases: readonly string[];
  /** Why a candidate did not run at all. */
  readonly missing: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** Several runs as one: each has its own candidates and phases, and no round in common with another. */
export function mergeReports(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error("There is no report to take numbers from.");
  let roundsBefore = 0;
  const results: Result[] = [];
  for (const report of reports) {
    for (const result of report.results) results.push({ ...result, round: roundsBefore + result.round });
    roundsBefore += report.rounds;
  }
  return {
    ...first,
    isQuick: reports.some((report) => report.isQuick),
    rounds: Math.max(...reports.map((report) => report.rounds)),
    candidates: [...new Set(reports.flatMap((report) => report.candidates))],
    phases: [...new Set(reports.flatMap((report) => report.phases))],
    missing: Object.assign({}, ...reports.map((report) => report.missing)),
    results,
  };
}

/** The fewest and the most rounds that a candidate ran a phase in, as text. */
export function tellRounds({ results }: Report): string {
  const counts = new Map<string, number>();
  for (const { candidate, phase } of results) {
    const pair = `${candidate} ${phase}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const least = Math.min(...counts.values());
  const most = Math.max(...counts.values());
  return least === most ? `${most}` : `${least} to ${most}, by phase and candidate`;
}

export type Comparison = "ratio" | "added" | "none";

export interface Cell {
  /** The median over the rounds. */
  readonly value: number;
  /** The median of each round's ratio to nginx; undefined without it. */
  readonly toNginx: number | undefined;
}

function valuesByRound(report: Report, candidate: string, phase: string, key: string): Map<number, number> {
  const found = report.results.filter((result) => result.candidate === candidate && result.phase === phase);
  return new Map(
    found.flatMap(({ round, measured }) => {
      const value = measured[key];
      return typeof value === "number" && Number.isFinite(value) ? [[round, value] as const] : [];
    }),
  );
}

/**
 * Compared within each round, so that what else the machine does in one round falls on both sides. A value that is to
 * be shown as added is the difference to what direct has.
 */
export function summarise(
  report: Report,
  candidate: string,
  phase: string,
  { key, compare }: { readonly key: string; readonly compare: Comparison },
): Cell | undefined {
  const own = valuesByRound(report, candidate, phase, key);
  if (own.size === 0) return undefined;
  const basis = valuesByRound(report, compare === "added" ? "direct" : "nginx", phase, key);
  const paired = [...own].flatMap(([round, value]) => {
    const other = basis.get(round);
    return other === undefined ? [] : [[value, other] as const];
  });
  if (compare === "added") {
    const added = median(paired.map(([value, other]) => value - other));
    return Number.isNaN(added) ? undefined : { value: added, toNginx: undefined };
  }
  const ratio = median(paired.map(([value, other]) => value / other));
  return {
    value: median([...own.values()]),
    toNginx: compare === "ratio" && !Number.isNaN(ratio) ? ratio : undefined,
  };
}

/** Why a candidate has no numbers in a phase, as its first round told. */
export function problemOf(report: Report, candidate: string, phase: string): string | undefined {
  return report.results.find(
    (result) => result.candidate === candidate && result.phase === phase && result.problem,
  )?.problem;
}
