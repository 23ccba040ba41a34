/** JSON that was asked for and came as reasoning. Knows no schema: that it parses is enough. */
import {
  chunkWithChoice,
  isFinalChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, objectsIn, without } from "../../protocol/openai/parts.ts";
import type { Mend, MendStage } from "../mend.ts";

const fields = ["reasoning_content", "reasoning"];

export const structuredOutputInReasoning: Mend = {
  id: "structured-output-in-reasoning",
  title:
    "Structured output that a reasoning model leaves in its reasoning field, with empty content, moves to `content`.",
  source: "BT#1698, BT#1773, BT#1971, BT#1684",
  kinds: ["lmstudio"],
  endpoints: ["chat"],
  applies({ asked }) {
    const format = asked["response_format"];
    return isJsonObject(format) && (format["type"] === "json_schema" || format["type"] === "json_object");
  },
  answer: (body) =>
    changeList(body, "choices", (choice) =>
      changeObject(choice, "message", (message) => {
        const text = reasoningOf(message);
        const hasOther = !isBlank(message["content"]) || objectsIn(message["tool_calls"]).length > 0;
        return hasOther || !isJson(text) ? undefined : { ...without(message, fields), content: text };
      }),
    ),
  stream: () => new Hold(),
};

class Held {
  isDecided = false;
  text = "";
  choices: JsonObject[] | undefined;
}

const createHeld = () => new Held();

/** Holds reasoning back as long as it may be the JSON: while all of it so far begins like an object or a list. */
class Hold implements MendStage {
  readonly #states = new PerChoice<Held>();
  /** The last chunk with choices, kept while any choice is held. */
  #envelope: JsonObject | undefined;

  passesText(): boolean {
    return !this.#states.some(({ isDecided }) => !isDecided);
  }

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    const changed = replaceChoices(chunk, (choice, index) =>
      change(choice, this.#states.of(index, createHeld)),
    );
    if (!this.#states.some(({ choices }) => choices !== undefined)) this.#envelope = undefined;
    else if (objectsIn(chunk["choices"]).length > 0) this.#envelope = chunk;
    return changed;
  }

  end(): readonly JsonObject[] {
    const envelope = this.#envelope ?? {};
    return this.#states
      .entries()
      .flatMap(([, held]) => release(held).map((choice) => chunkWithChoice(envelope, choice)));
  }
}

function change(choice: JsonObject, held: Held): readonly JsonObject[] | undefined {
  const delta = choice["delta"];
  if (held.isDecided || !isJsonObject(delta)) return undefined;
  const text = reasoningOf(delta);
  const isOver = isFinalChoice(choice) || !isBlank(delta["content"]) || delta["tool_calls"] !== undefined;
  if (!isOver) {
    if (text === "") return undefined;
    hold(held, text, choice);
    return mayBeJson(held.text) ? [] : release(held);
  }
  if (isFinalChoice(choice) && text !== "") {
    hold(held, text, { ...choice, finish_reason: null });
    return [...release(held), { ...choice, delta: without(delta, fields) ?? delta }];
  }
  return isFinalChoice(choice) ? after(release(held), choice) : after(release(held, false), choice);
}

function after(released: readonly JsonObject[], choice: JsonObject): readonly JsonObject[] | undefined {
  return released.length === 0 ? undefined : [...released, choice];
}

function hold(held: Held, text: string, choice: JsonObject): void {
  held.text += text;
  held.choices ??= [];
  held.choices.push(choice);
}

function release(held: Held, isWhole = true): readonly JsonObject[] {
  const { text, choices = [] } = held;
  held.isDecided = true;
  held.text = "";
  held.choices = undefined;
  return isWhole && isJson(text) ? choices.map(asContent) : choices;
}

function asContent(choice: JsonObject): JsonObject {
  return (
    changeObject(choice, "delta", (delta) => ({ ...without(delta, fields), content: reasoningOf(delta) })) ??
    choice
  );
}

function reasoningOf(part: JsonObject): string {
  const text = fields.map((field) => part[field]).find((value) => typeof value === "string" && value !== "");
  return typeof text === "string" ? text : "";
}

function isBlank(content: unknown): boolean {
  return typeof content === "string" ? content.trim() === "" : content === null || content === undefined;
}

function mayBeJson(text: string): boolean {
  const start = text.trimStart();
  return start === "" || start.startsWith("{") || start.startsWith("[");
}

function isJson(text: string): boolean {
  if (text.trim() === "" || !mayBeJson(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
