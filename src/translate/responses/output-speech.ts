/** What a model thinks and says, as reasoning and message items of which one is open at a time. Knows no calls. */
import {
  createMessageItem,
  createReasoningItem,
  type Emit,
  type ItemEnd,
  type ItemPlace,
  partKinds,
  type PartsItem,
} from "./output-items.ts";
import { createSummaryItem } from "./output-summary.ts";

/** The thoughts and the messages of one response. Empty texts say nothing. */
export interface Speech {
  think(text: string): void;
  say(text: string, logprobs: readonly unknown[]): void;
  refuse(text: string): void;
  /** Ends the item that is open; what comes later is an item of its own. */
  pause(end: ItemEnd): void;
  /** For an answer without calls: says what was held back, and makes a message where a whole answer has none. */
  sayRest(end: ItemEnd): void;
}

type AddItem = (prefix: string, create: (place: ItemPlace, emit: Emit) => PartsItem) => PartsItem;

/** `summarises` where thoughts are to be told as a summary. */
export function createSpeech(addItem: AddItem, summarises: boolean): Speech {
  const createThoughts = summarises ? createSummaryItem : createReasoningItem;
  let open: { readonly prefix: "rs" | "msg"; readonly item: PartsItem } | undefined;
  let hasMessage = false;
  // White space around thoughts and calls is no message of its own.
  let blank = "";
  let blankLogprobs: readonly unknown[] = [];

  const pause = (end: ItemEnd) => {
    open?.item.close(end);
    open = undefined;
  };
  const itemFor = (prefix: "rs" | "msg"): PartsItem => {
    if (open?.prefix === prefix) return open.item;
    pause("completed");
    const item = addItem(prefix, prefix === "msg" ? createMessageItem : createThoughts);
    open = { prefix, item };
    hasMessage ||= prefix === "msg";
    return item;
  };
  const write = (text: string, logprobs: readonly unknown[]) => {
    blank = "";
    blankLogprobs = [];
    itemFor("msg").add(partKinds.text, text, logprobs);
  };

  return {
    think(text) {
      if (text !== "") itemFor("rs").add(partKinds.reasoning, text);
    },
    say(text, logprobs) {
      if (text === "") return;
      const whole = blank + text;
      const tokens = [...blankLogprobs, ...logprobs];
      if (open?.prefix === "msg" || whole.trim() !== "") {
        write(whole, tokens);
        return;
      }
      blank = whole;
      blankLogprobs = tokens;
    },
    refuse(text) {
      if (text !== "") itemFor("msg").add(partKinds.refusal, text);
    },
    pause,
    sayRest(end) {
      // Agents take an output without a message or a call for no answer at all.
      if (!hasMessage && (end === "completed" || blank !== "")) write(blank, blankLogprobs);
    },
  };
}
