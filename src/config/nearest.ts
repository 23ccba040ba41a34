/** Finds the known names a mistyped one was meant to be. Pure; knows nothing of what the names stand for. */
import { distance } from "fastest-levenshtein";

/** Names come from clients too; beyond this nobody mistyped anything, and comparing costs the product of the lengths. */
const maxComparedLength = 128;

/** The share of a name's letters that may be wrong. */
const maxEditShare = 0.34;

interface Name {
  readonly lower: string;
  /** Without separators, so that `llama3` meets `llama-3`. */
  readonly letters: string;
  readonly words: readonly string[];
}

/** Best first, at most `limit` (3), spelt as in `known`; empty where nothing is near. */
export function findNearest(name: string, known: Iterable<string>, limit = 3): string[] {
  const wanted = toName(name);
  if (wanted.letters === "") return [];
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(known)) {
    const score = measure(wanted, toName(candidate));
    if (score !== undefined) scored.push({ candidate, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** 0 is the same name, 1 barely related; undefined is not near at all. */
function measure(wanted: Name, candidate: Name): number | undefined {
  if (candidate.letters === "") return undefined;
  if (wanted.letters === candidate.letters) return 0;
  return smallest(
    measureEdits(wanted.lower, candidate.lower),
    measureStart(wanted.letters, candidate.letters),
    measureContainment(wanted.letters, candidate.letters),
    measureSharedWords(wanted.words, candidate.words),
  );
}

function smallest(...scores: readonly (number | undefined)[]): number | undefined {
  return scores.reduce(
    (best, score) => (best === undefined || (score ?? 2) < best ? score : best),
    undefined,
  );
}

function measureEdits(a: string, b: string): number | undefined {
  const longer = Math.max(a.length, b.length);
  const allowed = Math.max(1, Math.floor(longer * maxEditShare));
  // The difference in length is the least that any edit distance can be; most names of a long list end here.
  if (Math.abs(a.length - b.length) > allowed || longer < 2) return undefined;
  // Two swapped letters count as two edits, which is too dear for a short word like "prot".
  if (longer > 2 && a.length === b.length && sortLetters(a) === sortLetters(b)) return 1 / longer;
  const edits = distance(a, b);
  return edits <= allowed && edits < longer ? edits / longer : undefined;
}

/** One name goes on where the other ends, such as `gpt-4-turbo` after `gpt-4`, or both begin alike. */
function measureStart(a: string, b: string): number | undefined {
  const shorter = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < shorter && a[shared] === b[shared]) shared += 1;
  if (shorter >= 3 && shared === shorter) return 0.05 + 0.3 * (1 - shorter / Math.max(a.length, b.length));
  return shared >= 4 && shared / shorter >= 0.6 ? 0.9 - 0.2 * (shared / shorter) : undefined;
}

function measureContainment(a: string, b: string): number | undefined {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  if (shorter.length < 3 || !longer.includes(shorter)) return undefined;
  return 0.4 + 0.5 * (1 - shorter.length / longer.length);
}

function measureSharedWords(a: readonly string[], b: readonly string[]): number | undefined {
  const shared = a.filter((word) => b.includes(word));
  if (!shared.some((word) => word.length >= 3)) return undefined;
  const share = Math.min(1, countLetters(shared) / Math.min(countLetters(a), countLetters(b)));
  return share >= 0.5 ? 0.9 - 0.3 * share : undefined;
}

function toName(text: string): Name {
  const lower = text.slice(0, maxComparedLength).toLowerCase();
  const words = lower.split(/[\s!-/:-@[-`{-~]+/).filter((word) => word !== "");
  return { lower, letters: words.join(""), words };
}

function sortLetters(text: string): string {
  return text.split("").sort().join("");
}

function countLetters(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}
