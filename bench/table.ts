/** Shows a report's medians as Markdown tables, one a phase. Pure. */
import type { Metric, Phase } from "./phases/phase.ts";
import { problemOf, type Report, summarise } from "./results.ts";

/** A Markdown table with its columns aligned; numbers stand on the right. */
export function formatTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((title, column) => {
    const cells = rows.map((row) => row[column]?.length ?? 0);
    return Math.max(3, title.length, ...cells);
  });
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** All phases of a report, each with a heading. */
export function formatReport(report: Report, phases: readonly Phase[]): string {
  const shown = phases.filter(({ name }) => report.phases.includes(name));
  const missing = Object.entries(report.missing).map(([name, reason]) => `- ${name}: ${reason}`);
  return [
    ...shown.map((phase) => formatPhase(report, phase)),
    ...(missing.length === 0 ? [] : [`Did not run:\n\n${missing.join("\n")}`]),
  ].join("\n\n");
}

function formatPhase(report: Report, phase: Phase): string {
  const head = ["candidate", ...phase.metrics.flatMap((metric) => titlesOf(metric))];
  const rows: string[][] = [];
  const problems: string[] = [];
  for (const candidate of report.candidates) {
    const cells = phase.metrics.flatMap((metric) => cellsOf(report, candidate, phase.name, metric));
    const problem = problemOf(report, candidate, phase.name);
    if (problem !== undefined) problems.push(`- ${candidate}: ${problem}`);
    if (cells.some((cell) => cell !== "")) rows.push([candidate, ...cells]);
  }
  const text = `### ${phase.name}\n\n${phase.title}\n\n${formatTable(head, rows)}`;
  return problems.length === 0 ? text : `${text}\n\n${problems.join("\n")}`;
}

function titlesOf({ title, compare }: Metric): readonly string[] {
  return compare === "ratio" ? [title, "/ nginx"] : [title];
}

function cellsOf(report: Report, candidate: string, phase: string, metric: Metric): readonly string[] {
  const cell = summarise(report, candidate, phase, metric);
  const value = cell === undefined ? "" : cell.value.toFixed(metric.digits);
  return metric.compare === "ratio" ? [value, cell?.toNginx?.toFixed(2) ?? ""] : [value];
}
