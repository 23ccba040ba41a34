/** Changes the choices of chat answers and chunks. Returns undefined where nothing changed. */
import type { JsonObject } from "./fields.ts";
import { changeList, changeObject } from "./parts.ts";
import { choiceIndex } from "./stream-choices.ts";

/** Changes each choice of an answer or a chunk. */
export function changeChoices(
  body: JsonObject,
  change: (choice: JsonObject, index: number) => JsonObject | undefined,
): JsonObject | undefined {
  return changeList(body, "choices", (choice, position) => change(choice, choiceIndex(choice, position)));
}

/** Changes the message of each choice of a whole answer. */
export function changeMessages(
  body: JsonObject,
  change: (message: JsonObject, choice: JsonObject, index: number) => JsonObject | undefined,
): JsonObject | undefined {
  return changeChoices(body, (choice, index) =>
    changeObject(choice, "message", (message) => change(message, choice, index)),
  );
}

/** Changes the delta of each choice of a chunk. */
export function changeDeltas(
  chunk: JsonObject,
  change: (delta: JsonObject, choice: JsonObject, index: number) => JsonObject | undefined,
): JsonObject | undefined {
  return changeChoices(chunk, (choice, index) =>
    changeObject(choice, "delta", (delta) => change(delta, choice, index)),
  );
}
