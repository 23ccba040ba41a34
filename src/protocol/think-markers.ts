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
  /** Whether there is anything that `end` would give out. */
  isHolding(): boolean;
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
  return new MarkerSplitter();
}

class MarkerSplitter implements ThinkSplitter {
  #state: "start" | "thinking" | "content" = "start";
  /** White space is dropped until something else comes: behind each marker. */
  #isAfterMarker = false;
  #held = "";

  push(text: string): ThinkParts {
    this.#held += text;
    return this.#drain(false);
  }

  isDone(): boolean {
    return this.#state === "content" && !this.#isAfterMarker;
  }

  isHolding(): boolean {
    return this.#held !== "";
  }

  end(): ThinkParts {
    return this.#drain(true);
  }

  #open(): boolean {
    const text = this.#held.trimStart();
    const marker = [opening, closing].find((candidate) => text.startsWith(candidate));
    if (marker !== undefined) {
      this.#state = marker === opening ? "thinking" : "content";
      this.#isAfterMarker = true;
      this.#held = text.slice(marker.length);
      return true;
    }
    const isOpen = opening.startsWith(text) || closing.startsWith(text);
    if (isOpen && this.#held.length - text.length <= maxLeadingSpace) return false;
    this.#state = "content";
    return true;
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (!this.#isAfterMarker) return taken;
    const rest = taken.trimStart();
    if (rest !== "") this.#isAfterMarker = false;
    return rest;
  }

  #drain(isEnd: boolean): ThinkParts {
    let reasoning = "";
    if (this.#state === "start" && !this.#open()) {
      if (!isEnd) return { reasoning, content: "" };
      this.#state = "content";
    }
    if (this.#state === "thinking") {
      const end = this.#held.indexOf(closing);
      if (end === -1) {
        const kept = isEnd ? 0 : heldLength(this.#held, [closing]);
        return { reasoning: this.#take(this.#held.length - kept), content: "" };
      }
      reasoning = this.#take(end);
      this.#held = this.#held.slice(closing.length);
      this.#isAfterMarker = true;
      this.#state = "content";
    }
    return { reasoning, content: this.#take(this.#held.length) };
  }
}

/** What takes the place of every splitter that is done, so that none has to be kept. */
export const doneSplitter: ThinkSplitter = {
  push: (text) => ({ reasoning: "", content: text }),
  isDone: () => true,
  isHolding: () => false,
  end: () => ({ reasoning: "", content: "" }),
};

const leakStart = "__LM_STUDIO_INTERNAL_LSEP_SYNTHETIC_REASONING_END_";
const leak = new RegExp(`${leakStart}[0-9a-fA-F]{0,64}__`, "g");
const openLeak = new RegExp(`${leakStart}[0-9a-fA-F]{0,64}_?$`);

/** Whether a whole text has anything in it that the parts of this file look for. */
export function mayHoldMarker(text: string): boolean {
  return text.includes("<") || text.includes(leakStart);
}

export interface LeakRemover {
  push(text: string): string;
  /** Whether there is anything that `end` would give out. */
  isHolding(): boolean;
  end(): string;
}

/** Removes LM Studio's own marker of where reasoning ends, which leaks into texts at times. */
export function createLeakRemover(): LeakRemover {
  return new OpenLeakHolder();
}

class OpenLeakHolder implements LeakRemover {
  #held = "";

  push(text: string): string {
    const whole = (this.#held + text).replaceAll(leak, "");
    const open = openLeak.exec(whole)?.index ?? whole.length - heldLength(whole, [leakStart]);
    this.#held = whole.slice(open);
    return whole.slice(0, open);
  }

  isHolding(): boolean {
    return this.#held !== "";
  }

  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}
