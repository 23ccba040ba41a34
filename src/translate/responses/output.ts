/** The list of output items that the deltas of one chat choice build up. Knows nothing of the response around it. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { createCalls } from "./output-calls.ts";
import type { Emit, ItemEnd, ItemPlace, OutputItem } from "./output-items.ts";
import { createSpeech } from "./output-speech.ts";

/** The output of one response. */
export interface Output {
  /** Adds a chat delta; a whole chat message is one big delta. */
  add(delta: JsonObject, logprobs: readonly unknown[]): void;
  /** Ends every item that is still open. */
  close(end: ItemEnd): void;
  format(): readonly JsonObject[];
}

/** An empty output; `idBase` makes its items' ids, `summarises` tells thoughts as a summary. */
export function createOutput(idBase: string, emit: Emit, summarises: boolean): Output {
  const items: OutputItem[] = [];
  const addItem = <T extends OutputItem>(prefix: string, create: (place: ItemPlace, emit: Emit) => T): T => {
    const item = create({ id: `${prefix}_${idBase}_${items.length}`, outputIndex: items.length }, emit);
    items.push(item);
    return item;
  };
  const speech = createSpeech(addItem, summarises);
  const calls = createCalls(`call_${idBase}`, (create) => {
    speech.pause("completed");
    return addItem("fc", create);
  });
  return {
    add(delta, logprobs) {
      speech.think(textOf(delta["reasoning_content"] ?? delta["reasoning"]));
      speech.say(textOf(delta["content"]), logprobs);
      speech.refuse(textOf(delta["refusal"]));
      for (const [position, call] of objectsIn(delta["tool_calls"]).entries()) calls.add(call, position);
    },
    close(end) {
      calls.openRest();
      if (!calls.areThere()) speech.sayRest(end);
      for (const item of items) item.close(end);
    },
    format: () => items.map((item) => item.format()),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
