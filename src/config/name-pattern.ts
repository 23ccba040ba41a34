/** Names with "*" in them. Pure; knows no configuration. */

/** Matches in a time that grows with the name only: names come from clients and may be very long. */
export function compilePattern(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (parts.length === 1) return new RegExp(`^${parts[0]}$`, "s");
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  // A lookahead is never entered again, so each part is found once, as far left as it stands.
  const found = middle.map((part, index) => `(?=(.*?${part}))\\${index + 1}`);
  return new RegExp(`^${parts.at(0) ?? ""}${found.join("")}.*${parts.at(-1) ?? ""}$`, "s");
}

/** How much a pattern says: the letters outside "*". */
export function literalLength(pattern: string): number {
  return pattern.replaceAll("*", "").length;
}
