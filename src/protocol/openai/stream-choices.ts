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

/** One state for each choice of a stream, made when the choice is first met. Nearly all streams have one choice. */
export class PerChoice<State extends object> {
  #firstIndex = 0;
  #first: State | undefined;
  #others: Map<number, State> | undefined;

  of(index: number, create: () => State): State {
    if (this.#first !== undefined && index === this.#firstIndex) return this.#first;
    const known = this.#others?.get(index);
    if (known !== undefined) return known;
    const made = create();
    if (this.#first === undefined) {
      this.#firstIndex = index;
      this.#first = made;
    } else {
      this.#others ??= new Map();
      this.#others.set(index, made);
    }
    return made;
  }

  some(test: (state: State) => boolean): boolean {
    if (this.#first === undefined) return false;
    return test(this.#first) || (this.#others !== undefined && [...this.#others.values()].some(test));
  }

  /** In the order in which the choices were met. */
  entries(): readonly (readonly [number, State])[] {
    if (this.#first === undefined) return [];
    return [[this.#firstIndex, this.#first], ...(this.#others ?? [])];
  }
}

/** A chunk like another one, with this choice alone and without its usage. */
export function chunkWithChoice(chunk: JsonObject, choice: JsonObject): JsonObject {
  return { ...chunk, choices: [choice], ...("usage" in chunk ? { usage: null } : {}) };
}

const none: readonly JsonObject[] = [];

/**
 * A chunk for `chunkWithChoice` to copy later, without choices and usage. It stays the one `before` while the chunks have
 * the same fields around their choices, so that a waiting stream keeps no text alive.
 */
export function envelopeOf(chunk: JsonObject, before: JsonObject | undefined): JsonObject {
  if (before !== undefined && hasSameEnvelope(chunk, before)) return before;
  return { ...chunk, choices: none, ...("usage" in chunk ? { usage: null } : {}) };
}

function hasSameEnvelope(chunk: JsonObject, before: JsonObject): boolean {
  const keys = Object.keys(before);
  let count = 0;
  for (const key in chunk) {
    if (key !== keys[count]) return false;
    if (key !== "choices" && key !== "usage" && chunk[key] !== before[key]) return false;
    count += 1;
  }
  return count === keys.length;
}

type ChangeChoice = (choice: JsonObject, index: number) => readonly JsonObject[] | undefined;

/**
 * Puts in each choice's place those that `change` returns, each in a chunk of its own and in their order; undefined
 * leaves a choice. Usage stays with the last chunk, and is not lost with the last choice.
 */
export function replaceChoices(chunk: JsonObject, change: ChangeChoice): readonly JsonObject[] | undefined {
  const choices = chunk["choices"];
  if (!Array.isArray(choices)) return undefined;
  // Nothing is copied before the first change: most choices have none.
  let replaced: unknown[] | undefined;
  let isSplit = false;
  for (let place = 0; place < choices.length; place++) {
    const choice: unknown = choices[place];
    const next = isJsonObject(choice) ? change(choice, choiceIndex(choice, place)) : undefined;
    if (next === undefined) {
      replaced?.push(choice);
      continue;
    }
    replaced ??= choices.slice(0, place);
    replaced.push(...next);
    if (next.length > 1) isSplit = true;
  }
  if (replaced === undefined) return undefined;
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
