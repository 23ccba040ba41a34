/** What mends of streams need for the choices of a chunk: their state, and others in their place. Knows no mend and no backend. */
import { isJsonObject, type JsonObject } from "./fields.ts";

/** The index that a choice tells, or else its place. */
export function choiceIndex(choice: JsonObject, place: number): number {
  const index = choice["index"];
  return typeof index === "number" && Number.isInteger(index) ? index : place;
}

/** Whether this choice of a stream ends here: an empty word is sent by some servers in every chunk. */
export function isFinalChoice(choice: JsonObject): boolean {
  const reason = choice["finish_reason"];
  return typeof reason === "string" && reason !== "";
}

/** One state for each choice of a stream, made when the choice is first met. */
export function createPerChoice<State>(create: () => State): {
  of(index: number): State;
  entries(): readonly (readonly [number, State])[];
} {
  const states = new Map<number, State>();
  return {
    of(index) {
      const known = states.get(index);
      if (known !== undefined) return known;
      const made = create();
      states.set(index, made);
      return made;
    },
    entries: () => [...states],
  };
}

/** A chunk like another one, with this choice alone and without its usage. */
export function chunkWithChoice(chunk: JsonObject, choice: JsonObject): JsonObject {
  return { ...chunk, choices: [choice], ...("usage" in chunk ? { usage: null } : {}) };
}

type ChangeChoice = (choice: JsonObject, index: number) => readonly JsonObject[] | undefined;

/**
 * Puts in each choice's place those that `change` returns, each in a chunk of its own and in their order; undefined
 * leaves a choice. Usage stays with the last chunk, and is not lost with the last choice.
 */
export function replaceChoices(chunk: JsonObject, change: ChangeChoice): readonly JsonObject[] | undefined {
  const choices = chunk["choices"];
  if (!Array.isArray(choices)) return undefined;
  let isChanged = false;
  let isSplit = false;
  const replaced = choices.flatMap((choice: unknown, place): readonly unknown[] => {
    const next = isJsonObject(choice) ? change(choice, choiceIndex(choice, place)) : undefined;
    if (next === undefined) return [choice];
    isChanged = true;
    if (next.length > 1) isSplit = true;
    return next;
  });
  if (!isChanged) return undefined;
  const last = replaced.length - 1;
  if (!isSplit && last >= 0) return [{ ...chunk, choices: replaced }];
  if (last < 0) return isJsonObject(chunk["usage"]) ? [{ ...chunk, choices: [] }] : [];
  return replaced.map((choice: unknown, place) =>
    place < last && isJsonObject(choice) ? chunkWithChoice(chunk, choice) : { ...chunk, choices: [choice] },
  );
}

/** Whether a choice of a stream has nothing left to say. */
export function isEmptyChoice(choice: JsonObject): boolean {
  const { delta, finish_reason: reason, logprobs } = choice;
  const hasReason = reason !== null && reason !== undefined && reason !== "";
  const hasLogprobs = logprobs !== null && logprobs !== undefined;
  return isJsonObject(delta) && Object.keys(delta).length === 0 && !hasReason && !hasLogprobs;
}
