/** Tells by its beginning whether a text that comes in pieces can be a tool call. Knows no end and no insides. */
import type { KnownTools } from "./tool-markup.ts";

/** `open` until enough is there; `thinking` where reasoning begins. */
export type Verdict = "open" | "call" | "thinking" | "other";

export interface BeginningReader {
  /** The verdict on all pieces so far, which stays once it is not `open`. */
  push(piece: string): Verdict;
}

const thinkOpening = "<think>";

/** A markup that grows longer than this is text like any other. */
export const maxMarkupLength = 256 * 1024;

/** For a message that may be `{"name": <known tool>, …}` and nothing else, or the same with another key in front. */
export function createBareBeginning(tools: KnownTools): BeginningReader {
  return createReader((head) => judgeBare(head, tools));
}

/** For what stands behind `opening`: prose about a markup is not to be held back. */
export function createBodyBeginning(opening: string, tools: KnownTools): BeginningReader {
  return createReader((head) => judgeBody(head, opening, tools));
}

/** The beginnings behind which white space means nothing. */
const gaps = /^(?:\{(?:"[^"]*":?)?)?$/;

function createReader(judge: (head: string) => Verdict): BeginningReader {
  let verdict: Verdict = "open";
  // Without white space this is short: no key and no name goes on for long and stays one that is known.
  let head = "";
  let length = 0;

  function look(char: string): void {
    length += char.length;
    if (char.trim() !== "" || !gaps.test(head)) {
      head += char;
      verdict = judge(head);
    }
    if (verdict === "open" && length > maxMarkupLength) verdict = "other";
  }

  return {
    push(piece) {
      for (const char of piece) {
        if (verdict !== "open") break;
        look(char);
      }
      return verdict;
    },
  };
}

const callKeys = ["name", "arguments", "parameters", "type", "function", "id"];

function judgeBare(head: string, tools: KnownTools): Verdict {
  if (head === thinkOpening) return "thinking";
  if (thinkOpening.startsWith(head)) return "open";
  const [brace, key, between, name, behind] = head.split('"');
  if (brace !== "{") return "other";
  if (key === undefined) return "open";
  if (between === undefined) return callKeys.some((known) => known.startsWith(key)) ? "open" : "other";
  if (!callKeys.includes(key)) return "other";
  if (key !== "name") return "call";
  if (name === undefined) return between === "" || between === ":" ? "open" : "call";
  if (between !== ":") return "call";
  return judgeName(name, behind === undefined, tools);
}

const functionTag = "<function=";

function judgeBody(head: string, opening: string, tools: KnownTools): Verdict {
  if (opening !== functionTag && /^[{[]/.test(head)) return "call";
  if (functionTag.startsWith(head)) return "open";
  const named = head.startsWith(functionTag) ? head.slice(functionTag.length) : head;
  const name = /^[\w.-]*/.exec(named)?.[0] ?? "";
  return judgeName(name, name.length === named.length, tools);
}

function judgeName(name: string, isOpen: boolean, tools: KnownTools): Verdict {
  if (!isOpen) return tools.has(name) ? "call" : "other";
  for (const tool of tools.keys()) if (tool.startsWith(name)) return "open";
  return "other";
}
