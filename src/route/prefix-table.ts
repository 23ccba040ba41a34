/** Remembers which box ran which conversation's latest turn; bounded, the least recently used forgotten first. Knows no clock. */
import { LRUCache } from "lru-cache";
import type { ConversationHint } from "./policy.ts";
import type { ConversationPrefix } from "./prefix.ts";

export interface PrefixTable {
  /** What a policy needs to know of this conversation. */
  hint(prefix: ConversationPrefix): ConversationHint;
  /** A box has begun to answer this turn, so its cache holds the prompt. */
  remember(prefix: ConversationPrefix, name: string): void;
}

/** One entry a turn; ten thousand hold some thousand conversations and take about a megabyte. */
export function createPrefixTable(maxEntries = 10_000): PrefixTable {
  const boxes = new LRUCache<number, string>({ max: maxEntries });
  return {
    hint({ key, boundaries }) {
      const longest = boundaries.findLast((boundary) => boxes.has(boundary));
      return { key, warm: longest === undefined ? undefined : boxes.get(longest) };
    },
    remember({ boundaries }, name) {
      // Only the whole turn: its shorter prefixes are shared with others, as a common system prompt is.
      const turn = boundaries.at(-1);
      if (turn !== undefined) boxes.set(turn, name);
    },
  };
}
