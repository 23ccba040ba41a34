/** Parts tool calls from ordinary text that comes in pieces. Knows no chunk; the markups' insides are read elsewhere. */
import { heldLength } from "./held-suffix.ts";
import { createLoneJsonTest, type LoneJsonTest } from "./json-end.ts";
import {
  type BeginningReader,
  createBareBeginning,
  createBodyBeginning,
  maxMarkupLength,
} from "./tool-beginnings.ts";
import { createEndFinder, type EndFinder, markups } from "./tool-ends.ts";
import { parseCalls, type KnownTools, type TextCall } from "./tool-markup.ts";

export type TextPart =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "call"; readonly call: TextCall };

export interface ToolTextScanner {
  push(text: string): readonly TextPart[];
  /** What was held back: a whole call whose closing marker was left out, or else the text it was. */
  end(): readonly TextPart[];
}

const openings = markups.map(({ opening }) => opening);
const anyOpening = new RegExp(openings.map((one) => one.replaceAll(/[[\]|]/g, "\\$&")).join("|"));

/** Each markup that proves to be none is looked at again from behind its opening: so much of that, and all is text. */
const maxGivenUp = 4 * maxMarkupLength;

const thinkClosing = "</think>";

/** How far the search for the end of a bare call has come. */
interface Bare {
  readonly mode: "start";
  readonly beginning: BeginningReader;
  readonly isAlone: LoneJsonTest;
}

/** The same for a markup whose opening stands at the beginning of what is held. */
interface Inside {
  readonly mode: "inside";
  readonly opening: string;
  readonly beginning: BeginningReader;
  readonly ending: EndFinder;
}

type State = Bare | Inside | { readonly mode: "thinking" | "text" | "plain" };

/** Looks at each character a bounded number of times; how the text is cut makes no difference. */
export function createToolTextScanner(tools: KnownTools): ToolTextScanner {
  return new TextScanner(tools);
}

class TextScanner implements ToolTextScanner {
  readonly #tools: KnownTools;
  #state: State;
  #held = "";
  /** The end of what is held that the search of the state has not seen. What is held is not touched while it waits. */
  #fresh = "";
  #givenUp = 0;
  #isEnd = false;
  #parts: TextPart[] = [];

  constructor(tools: KnownTools) {
    this.#tools = tools;
    this.#state = bareState(tools);
  }

  push(text: string): readonly TextPart[] {
    this.#held += text;
    this.#fresh += text;
    return this.#run();
  }

  end(): readonly TextPart[] {
    this.#isEnd = true;
    const parts = this.#run();
    this.#isEnd = false;
    return parts;
  }

  #run(): readonly TextPart[] {
    while (this.#step()) continue;
    if (this.#isEnd) this.#tell(this.#held.length);
    const parts = this.#parts;
    this.#parts = [];
    return joinTexts(parts);
  }

  /** Goes on by one part; false once more text is needed. */
  #step(): boolean {
    if (this.#held === "") return false;
    const state = this.#state;
    if (state.mode === "start") return this.#stepStart(state);
    if (state.mode === "inside") return this.#stepInside(state);
    if (state.mode === "thinking") return this.#stepThinking();
    return state.mode === "text" ? this.#stepText() : this.#tell(this.#held.length);
  }

  /** A message may be one bare call and nothing else; reasoning is told apart, so that no call is read in it. */
  #stepStart(state: Bare): boolean {
    const fresh = this.#takeFresh();
    const verdict = state.beginning.push(fresh);
    if (verdict === "thinking") return this.#enter({ mode: "thinking" });
    if (verdict === "other" || this.#held.length > maxMarkupLength) return this.#enter({ mode: "text" });
    if (!this.#isEnd) return state.isAlone(fresh) ? false : this.#enter({ mode: "text" });
    const calls = parseCalls(this.#held, this.#tools);
    return calls === undefined ? this.#enter({ mode: "text" }) : this.#tellCalls(calls, this.#held.length);
  }

  #stepThinking(): boolean {
    const end = this.#held.indexOf(thinkClosing);
    if (end === -1) return this.#tellUpTo([thinkClosing]);
    this.#tell(end + thinkClosing.length);
    return this.#enter(bareState(this.#tools));
  }

  #stepText(): boolean {
    const { index, 0: opening } = anyOpening.exec(this.#held) ?? {};
    const markup = markups.find((one) => one.opening === opening);
    if (index === undefined || markup === undefined) return this.#tellUpTo(openings);
    this.#tell(index);
    const beginning = createBodyBeginning(markup.opening, this.#tools);
    this.#enter({ mode: "inside", opening: markup.opening, beginning, ending: createEndFinder(markup) });
    this.#fresh = this.#held.slice(markup.opening.length);
    return true;
  }

  #stepInside({ opening, beginning, ending }: Inside): boolean {
    const fresh = this.#takeFresh();
    if (beginning.push(fresh) === "other") return this.#giveUp(opening, 0);
    const found = ending.push(fresh);
    const length = found === undefined ? this.#held.length : opening.length + found.end;
    if (length > maxMarkupLength) return this.#giveUp(opening, maxMarkupLength);
    if (found === undefined && !this.#isEnd) return false;
    const bodyEnd = found === undefined ? length : opening.length + found.bodyEnd;
    const calls = parseCalls(this.#held.slice(opening.length, bodyEnd), this.#tools);
    return calls === undefined ? this.#giveUp(opening, length) : this.#tellCalls(calls, length);
  }

  /** Only the opening is given up: behind it another markup may begin. */
  #giveUp(opening: string, length: number): boolean {
    this.#givenUp += length;
    this.#tell(opening.length);
    return this.#enter({ mode: this.#givenUp > maxGivenUp ? "plain" : "text" });
  }

  #enter(state: State): true {
    this.#state = state;
    this.#fresh = this.#held;
    return true;
  }

  #takeFresh(): string {
    const fresh = this.#fresh;
    this.#fresh = "";
    return fresh;
  }

  #tellCalls(calls: readonly TextCall[], length: number): boolean {
    this.#parts.push(...calls.map((call) => ({ kind: "call", call }) as const));
    this.#held = this.#held.slice(length);
    return this.#enter({ mode: "text" });
  }

  /** Keeps what may be the beginning of a marker. */
  #tellUpTo(markers: readonly string[]): false {
    return this.#tell(this.#held.length - (this.#isEnd ? 0 : heldLength(this.#held, markers)));
  }

  #tell(length: number): false {
    if (length > 0) this.#parts.push({ kind: "text", text: this.#held.slice(0, length) });
    this.#held = this.#held.slice(length);
    this.#fresh = "";
    return false;
  }
}

function bareState(tools: KnownTools): Bare {
  return { mode: "start", beginning: createBareBeginning(tools), isAlone: createLoneJsonTest() };
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
