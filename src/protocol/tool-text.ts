/** Parts tool calls from ordinary text that comes in pieces. Knows no chunk; the markups' insides are read elsewhere. */
import { findJsonEnd } from "./json-end.ts";
import { heldLength } from "./held-suffix.ts";
import { parseCalls, type KnownTools, type TextCall } from "./tool-markup.ts";

export type TextPart =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "call"; readonly call: TextCall };

export interface ToolTextScanner {
  push(text: string): readonly TextPart[];
  /** What was held back: a whole call whose closing marker was left out, or else the text it was. */
  end(): readonly TextPart[];
}

interface Markup {
  readonly opening: string;
  /** Undefined where the JSON's own end closes it. */
  readonly closing?: string;
  /** A closing marker that may follow the JSON. */
  readonly trailing?: string;
}

const markups: readonly Markup[] = [
  { opening: "<tool_call>", closing: "</tool_call>" },
  { opening: "[TOOL_REQUEST]", closing: "[END_TOOL_REQUEST]" },
  { opening: "<|tool_call|>", trailing: "<|/tool_call|>" },
  { opening: "<function=", closing: "</function>" },
  { opening: "[TOOL_CALLS]" },
];
const openings = markups.map(({ opening }) => opening);

/** A markup that grows longer than this is text like any other. */
const maxMarkupLength = 256 * 1024;

const thinkOpening = "<think>";
const thinkClosing = "</think>";

interface Scan {
  mode: "start" | "thinking" | "text" | "inside";
  held: string;
  readonly tools: KnownTools;
  readonly parts: TextPart[];
  readonly isEnd: boolean;
}

export function createToolTextScanner(tools: KnownTools): ToolTextScanner {
  let mode: Scan["mode"] = "start";
  let held = "";

  function run(isEnd: boolean): readonly TextPart[] {
    const scan: Scan = { mode, held, tools, parts: [], isEnd };
    while (step(scan)) continue;
    if (isEnd) tell(scan, scan.held.length);
    ({ mode, held } = scan);
    return joinTexts(scan.parts);
  }

  return {
    push(text) {
      held += text;
      return run(false);
    },
    end: () => run(true),
  };
}

/** Goes on by one part; false once more text is needed. */
function step(scan: Scan): boolean {
  if (scan.held === "") return false;
  if (scan.mode === "start") return stepStart(scan);
  if (scan.mode === "thinking") return stepThinking(scan);
  return scan.mode === "text" ? stepText(scan) : stepInside(scan);
}

/** A message may be one bare call and nothing else; reasoning is told apart, so that no call is read in it. */
function stepStart(scan: Scan): boolean {
  const text = scan.held.trimStart();
  if (text === "" || (thinkOpening.startsWith(text) && text !== thinkOpening)) return false;
  if (text.startsWith(thinkOpening)) {
    scan.mode = "thinking";
    return true;
  }
  if (mayBeBareCall(text, scan.tools) && text.length <= maxMarkupLength) {
    if (!scan.isEnd) {
      const end = findJsonEnd(text, 0);
      if (end === undefined || text.slice(end).trim() === "") return false;
    } else {
      const calls = parseCalls(text, scan.tools);
      if (calls !== undefined) return tellCalls(scan, calls, scan.held.length);
    }
  }
  scan.mode = "text";
  return true;
}

const callKeys = ["name", "arguments", "parameters", "type", "function", "id"];

/** Whether this beginning can still become `{"name": <known tool>, …}`, or the same with another key in front. */
function mayBeBareCall(text: string, tools: KnownTools): boolean {
  const match = /^\{\s*(?:$|"([^"]*)("?)(?:\s*:\s*"([^"]*)("?))?)/.exec(text);
  if (match === null) return false;
  const [, key, keyEnd, value, valueEnd] = match;
  if (key === undefined) return true;
  if (keyEnd === "") return callKeys.some((known) => known.startsWith(key));
  if (!callKeys.includes(key)) return false;
  if (key !== "name" || value === undefined) return true;
  return valueEnd === "" ? [...tools.keys()].some((name) => name.startsWith(value)) : tools.has(value);
}

function stepThinking(scan: Scan): boolean {
  const end = scan.held.indexOf(thinkClosing);
  if (end === -1) {
    tell(scan, scan.held.length - (scan.isEnd ? 0 : heldLength(scan.held, [thinkClosing])));
    return false;
  }
  tell(scan, end + thinkClosing.length);
  scan.mode = "start";
  return true;
}

function stepText(scan: Scan): boolean {
  const places = openings.map((opening) => scan.held.indexOf(opening)).filter((place) => place !== -1);
  if (places.length === 0) {
    tell(scan, scan.held.length - (scan.isEnd ? 0 : heldLength(scan.held, openings)));
    return false;
  }
  tell(scan, Math.min(...places));
  scan.mode = "inside";
  return true;
}

function stepInside(scan: Scan): boolean {
  const markup = markups.find(({ opening }) => scan.held.startsWith(opening));
  if (markup === undefined) {
    scan.mode = "text";
    return true;
  }
  const start = markup.opening.length;
  const found = findEnd(scan.held, markup, start);
  const isHopeless =
    !mayBegin(scan.held.slice(start), markup, scan.tools) || scan.held.length > maxMarkupLength;
  if (found === undefined && !scan.isEnd && !isHopeless) return false;
  const { bodyEnd, end } = found ?? { bodyEnd: scan.held.length, end: scan.held.length };
  const calls = isHopeless ? undefined : parseCalls(scan.held.slice(start, bodyEnd), scan.tools);
  if (calls !== undefined) return tellCalls(scan, calls, end);
  // Only the opening is given up: behind it another markup may begin.
  tell(scan, start);
  scan.mode = "text";
  return true;
}

function findEnd(text: string, markup: Markup, start: number): { bodyEnd: number; end: number } | undefined {
  if (markup.closing !== undefined) {
    const bodyEnd = text.indexOf(markup.closing, start);
    return bodyEnd === -1 ? undefined : { bodyEnd, end: bodyEnd + markup.closing.length };
  }
  const json = text.slice(start).search(/[{]|\[(?!ARGS\])/);
  const bodyEnd = json === -1 ? undefined : findJsonEnd(text, start + json);
  if (bodyEnd === undefined) return undefined;
  const { trailing } = markup;
  if (trailing === undefined) return { bodyEnd, end: bodyEnd };
  const rest = text.slice(bodyEnd);
  const space = rest.length - rest.trimStart().length;
  if (rest.startsWith(trailing, space)) return { bodyEnd, end: bodyEnd + space + trailing.length };
  return trailing.startsWith(rest.trim()) ? undefined : { bodyEnd, end: bodyEnd };
}

/** Whether a body that begins so can be a call: prose about a markup is not to be held back. */
function mayBegin(body: string, { opening }: Markup, tools: KnownTools): boolean {
  const start = body.trimStart();
  if (start === "") return true;
  if (opening !== "<function=" && /^[{[]/.test(start)) return true;
  const named = start.replace(/^<(f(u(n(c(t(i(on?)?)?)?)?)?)?)?$|^<function=/, "");
  const name = /^[\w.-]*/.exec(named)?.[0] ?? "";
  const isOpen = name.length === named.length;
  return isOpen ? [...tools.keys()].some((tool) => tool.startsWith(name)) : tools.has(name);
}

function tellCalls(scan: Scan, calls: readonly TextCall[], length: number): boolean {
  scan.parts.push(...calls.map((call) => ({ kind: "call", call }) as const));
  scan.held = scan.held.slice(length);
  scan.mode = "text";
  return true;
}

function tell(scan: Scan, length: number): void {
  if (length > 0) scan.parts.push({ kind: "text", text: scan.held.slice(0, length) });
  scan.held = scan.held.slice(length);
}

function joinTexts(parts: readonly TextPart[]): readonly TextPart[] {
  const joined: TextPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text") {
      joined[joined.length - 1] = { kind: "text", text: last.text + part.text };
    } else joined.push(part);
  }
  return joined;
}
