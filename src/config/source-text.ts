/** Reads YAML or JSON text and remembers where each value stands. Knows nothing of what a configuration means. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ErrorCode,
  type YAMLError,
} from "yaml";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import type { ConfigPath } from "./config-path.ts";
import { showName } from "./config-path.ts";
import {
  bareVariableWords,
  findSyntaxWords,
  slashCommentWords,
  unfinishedWords,
  type SyntaxWords,
} from "./syntax-words.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SourceText {
  readonly value: unknown;
  /** Where a path stands, or the nearest section around it. */
  locate(path: ConfigPath): Position | undefined;
}

/** One parser for both: every JSON file is YAML too. Throws ConfigError at a syntax error. */
export function parseSourceText(text: string): SourceText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    stringKeys: true,
  });
  // A warning is a value that did not come out as it was written, such as one after an unknown tag.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw new ConfigError(selectFaults(faults).map((fault) => toProblem(fault, text, lines)));
  return {
    value: readValue(document, lines),
    locate: (path) => {
      const offset = findOffset(document, path);
      return offset === undefined ? undefined : toPosition(offset, lines);
    },
  };
}

function readValue(document: Document, lines: LineCounter): unknown {
  try {
    return document.toJS();
  } catch {
    // All that can fail after a clean parse is an alias: one without its anchor, or far too many.
    throw new ConfigError([{ path: "", ...findSyntaxWords("BAD_ALIAS"), ...findLostAlias(document, lines) }]);
  }
}

function findLostAlias(document: Document, lines: LineCounter): Position | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset === undefined ? undefined : toPosition(offset, lines);
}

/** One slip makes the parser stumble on, so only the first fault counts; duplicate keys stand each for itself. */
function selectFaults(faults: readonly YAMLError[]): readonly YAMLError[] {
  const sorted = [...faults].sort((a, b) => a.pos[0] - b.pos[0]);
  return sorted.every((fault) => fault.code === "DUPLICATE_KEY") ? sorted : sorted.slice(0, 1);
}

function toProblem(fault: YAMLError, text: string, lines: LineCounter): ConfigProblem {
  const [offset] = fault.pos;
  return { path: "", ...selectWords(fault.code, offset, text), ...toPosition(offset, lines) };
}

function selectWords(code: ErrorCode, offset: number, text: string): SyntaxWords {
  const words = findSyntaxWords(code);
  if (code === "DUPLICATE_KEY") {
    const key = readKey(text.slice(offset));
    return key === undefined ? words : { ...words, found: `the key \`${showName(key)}\` a second time` };
  }
  if (text.startsWith("//", offset)) return slashCommentWords;
  if (text.slice(offset - 1, offset + 1) === "${") return bareVariableWords;
  return offset >= text.trimEnd().length && code !== "BAD_INDENT" ? unfinishedWords : words;
}

function readKey(text: string): string | undefined {
  return /^(?:"([^"\n]*)"|'([^'\n]*)'|([^\s:,{}[\]]+))/
    .exec(text)
    ?.slice(1)
    .find((part) => part !== undefined);
}

function toPosition(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function findOffset(document: Document, path: ConfigPath): number | undefined {
  let place: unknown = document.contents;
  let offset: number | undefined;
  for (const segment of path) {
    if (isAlias(place)) place = place.resolve(document);
    if (isMap(place)) {
      const pair = place.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (pair === undefined || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      place = pair.value;
    } else if (isSeq(place) && typeof segment === "number") {
      place = place.items[segment];
      offset = isScalar(place) || isMap(place) || isSeq(place) ? (place.range?.[0] ?? offset) : offset;
    } else {
      return offset;
    }
  }
  return offset;
}
