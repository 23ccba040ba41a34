/** Splits `<think>…</think>` off the front of a text that comes in pieces. Pure but for its own state; knows no chunk format. */
import { heldLength } from "./held-suffix.ts";

export interface Thought {
  readonly reasoning: string;
  readonly content: string;
}

export interface ThinkSplitter {
  /** What is sure by now; what may be a part of a marker is held back. */
  push(text: string): Thought;
  /** True once the answer itself has begun: no text is looked into any more. */
  readonly isDone: boolean;
  /** What was held back. */
  end(): Thought;
}

const open = "<think>";
const close = "</think>";

/** Only a marker at the very front counts, white space aside; later ones are the answer's own words. */
export function createThinkSplitter(): ThinkSplitter {
  let state: "front" | "thinking" | "after" | "content" = "front";
  let held = "";

  function run(text: string, isEnd: boolean): Thought {
    held += text;
    let reasoning = "";
    if (state === "front") {
      const trimmed = held.trimStart();
      if (trimmed.startsWith(open)) [state, held] = ["thinking", trimmed.slice(open.length)];
      else if (trimmed.startsWith(close)) [state, held] = ["after", trimmed.slice(close.length)];
      else if (isEnd || !(open.startsWith(trimmed) || close.startsWith(trimmed))) state = "content";
    }
    if (state === "thinking") {
      const end = held.indexOf(close);
      const sure = end === -1 ? held.length - (isEnd ? 0 : heldLength(held, [close])) : end;
      reasoning = held.slice(0, sure);
      held = held.slice(end === -1 ? sure : end + close.length);
      if (end !== -1) state = "after";
    }
    // The blank lines between thought and answer belong to neither.
    if (state === "after") {
      held = held.trimStart();
      if (held !== "") state = "content";
    }
    if (state !== "content") return { reasoning, content: "" };
    const content = held;
    held = "";
    return { reasoning, content };
  }

  return {
    push: (text) => run(text, false),
    get isDone() {
      return state === "content";
    },
    end: () => run("", true),
  };
}

/** A whole text; one that lacks the opening marker, which some templates put into the prompt, is split at the closing one. */
export function splitThought(text: string): Thought {
  const end = text.indexOf(close);
  if (end !== -1 && !text.trimStart().startsWith(open)) {
    return { reasoning: text.slice(0, end), content: text.slice(end + close.length).trimStart() };
  }
  const splitter = createThinkSplitter();
  const first = splitter.push(text);
  const last = splitter.end();
  return { reasoning: first.reasoning + last.reasoning, content: first.content + last.content };
}
