/** Parts reasoning from content in a text that comes in pieces. Knows no chunk and no backend. */
import { heldLength } from "./held-suffix.ts";

export interface ThinkParts {
  readonly reasoning: string;
  readonly content: string;
}

export interface ThinkSplitter {
  push(text: string): ThinkParts;
  /** True once the content has begun: no text is looked into any more. */
  isDone(): boolean;
  /** What was held back. */
  end(): ThinkParts;
}

const opening = "<think>";
const closing = "</think>";

/** More white space than this at the start is content like any other. */
const maxLeadingSpace = 64;

/**
 * Takes `<think>…</think>` at the very start for reasoning, and drops a lone `</think>` there. White space around the
 * markers goes with them. Holds back only what could begin a marker; how the text is cut makes no difference.
 */
export function createThinkSplitter(): ThinkSplitter {
  let state: "start" | "thinking" | "content" = "start";
  /** White space is dropped until something else comes: behind each marker. */
  let isAfterMarker = false;
  let held = "";

  function open(): boolean {
    const text = held.trimStart();
    const marker = [opening, closing].find((candidate) => text.startsWith(candidate));
    if (marker !== undefined) {
      state = marker === opening ? "thinking" : "content";
      isAfterMarker = true;
      held = text.slice(marker.length);
      return true;
    }
    const isOpen = opening.startsWith(text) || closing.startsWith(text);
    if (isOpen && held.length - text.length <= maxLeadingSpace) return false;
    state = "content";
    return true;
  }

  function take(length: number): string {
    const taken = held.slice(0, length);
    held = held.slice(length);
    if (!isAfterMarker) return taken;
    const rest = taken.trimStart();
    if (rest !== "") isAfterMarker = false;
    return rest;
  }

  function drain(isEnd: boolean): ThinkParts {
    let reasoning = "";
    if (state === "start" && !open()) {
      if (!isEnd) return { reasoning, content: "" };
      state = "content";
    }
    if (state === "thinking") {
      const end = held.indexOf(closing);
      if (end === -1) {
        reasoning = take(held.length - (isEnd ? 0 : heldLength(held, [closing])));
        return { reasoning, content: "" };
      }
      reasoning = take(end);
      held = held.slice(closing.length);
      isAfterMarker = true;
      state = "content";
    }
    return { reasoning, content: take(held.length) };
  }

  return {
    push(text) {
      held += text;
      return drain(false);
    },
    isDone: () => state === "content" && !isAfterMarker,
    end: () => drain(true),
  };
}

const leakStart = "__LM_STUDIO_INTERNAL_LSEP_SYNTHETIC_REASONING_END_";
const leak = new RegExp(`${leakStart}[0-9a-fA-F]{0,64}__`, "g");
const openLeak = new RegExp(`${leakStart}[0-9a-fA-F]{0,64}_?$`);

/** Whether a whole text has anything in it that the parts of this file look for. */
export function mayHoldMarker(text: string): boolean {
  return text.includes("<") || text.includes(leakStart);
}

export interface LeakRemover {
  push(text: string): string;
  end(): string;
}

/** Removes LM Studio's own marker of where reasoning ends, which leaks into texts at times. */
export function createLeakRemover(): LeakRemover {
  let held = "";
  return {
    push(text) {
      const whole = (held + text).replaceAll(leak, "");
      const open = openLeak.exec(whole)?.index ?? whole.length - heldLength(whole, [leakStart]);
      held = whole.slice(open);
      return whole.slice(0, open);
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}
