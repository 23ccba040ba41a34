/** Which names stand in for an asked one. Pure. */
import { compilePattern, literalLength } from "./name-pattern.ts";

/** The list of the exact name, else of the most specific pattern that matches. */
export function createFallbacks(
  configured: Readonly<Record<string, readonly string[]>>,
): (asked: string) => readonly string[] {
  const patterns = Object.entries(configured)
    .filter(([name]) => name.includes("*"))
    .sort(([a], [b]) => literalLength(b) - literalLength(a))
    .map(([pattern, names]) => ({ matches: compilePattern(pattern), names }));
  return (asked) =>
    (Object.hasOwn(configured, asked) ? configured[asked] : undefined) ??
    patterns.find(({ matches }) => matches.test(asked))?.names ??
    [];
}
