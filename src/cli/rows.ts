/** Labels on the left, lines on the right, all lines under each other. Pure layout. */

export type Row = readonly [label: string, lines: readonly string[]];

/** Two spaces in front of each label; without a line break at the end. */
export function formatRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows
    .flatMap(([label, lines]) =>
      lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(width)}${line}`),
    )
    .join("\n");
}
