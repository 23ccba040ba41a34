/** Makes docs/PERFORMANCE.md out of a report and the notes that people write in bench/notes.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { benchFolder } from "./folders.ts";
import type { Phase } from "./phases/phase.ts";
import { type Report, tellRounds } from "./results.ts";
import { formatReport, formatTable } from "./table.ts";

const preface = `# Performance

<!-- Made by \`npm run bench -- --write docs/PERFORMANCE.md\`; what people have to say stands in bench/notes.md. -->

The proxy has one core for itself; the box and the load share the other. CPU time is the kernel's count for the whole
tree of processes. Candidates take turns in each round; a number is the median of the rounds, a ratio the median of each
round's ratio. Only the ratios mean something elsewhere: absolute figures belong to this machine on this day. Every
answer is checked: its status, the model that it names, the count of its pieces, its end.`;

export function formatDocument(report: Report, phases: readonly Phase[]): string {
  const notes = readFileSync(join(benchFolder, "notes.md"), "utf8").trim();
  const facts = formatTable(
    ["of the run", ""],
    [
      ["date", report.date.slice(0, 10)],
      ["rounds", `${tellRounds(report)}${report.isQuick ? ", short form" : ""}`],
      ...Object.entries(report.machine),
    ],
  );
  return `${preface}\n\n${notes}\n\n## Medians\n\n${facts}\n\n${formatReport(report, phases)}\n`;
}
