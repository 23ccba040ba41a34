/** Changes the choices of chat answers and chunks. Returns undefined where nothing changed. */
import type { JsonObject } from "./fields.ts";
import { changeList, changeObject } from "./parts.ts";

/** Changes each choice of an answer or a chunk. */
export function changeChoices(
  body: JsonObject,
  change: (choice: JsonObject, index: number) => JsonObject | undefined,
): JsonObject | undefined {
  return changeList(body, "choices", (choice, position) => change(choice, indexOf(choice, position)));
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

/** The choice's own index, or its place in the list. */
export function indexOf(choice: JsonObject, position: number): number {
  return typeof choice["index"] === "number" ? choice["index"] : position;
}

/** State for each choice of one stream. */
export interface PerChoice<T> {
  (index: number): T;
  /** Of every choice that was met so far. */
  all(): readonly T[];
}

export function perChoice<T>(create: () => T): PerChoice<T> {
  const states = new Map<number, T>();
  const stateOf = (index: number) => {
    const state = states.get(index) ?? create();
    states.set(index, state);
    return state;
  };
  return Object.assign(stateOf, { all: () => [...states.values()] });
}

/** A chunk like the given one, with one choice that carries `delta` and does not end. */
export function chunkWith(chunk: JsonObject, index: number, delta: JsonObject): JsonObject {
  return { ...chunk, choices: [{ index, delta, logprobs: null, finish_reason: null }] };
}
