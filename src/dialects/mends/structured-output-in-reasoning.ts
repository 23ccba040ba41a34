/** JSON that was asked for and came as reasoning. Knows no schema: that it parses is enough. */
import {
  chunkWithChoice,
  createPerChoice,
  isFinalChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, objectsIn, without } from "../../protocol/openai/parts.ts";
import type { Mend, StreamMend } from "../mend.ts";

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
  stream: createHold,
};

interface Held {
  isDecided: boolean;
  text: string;
  choices: JsonObject[];
}

/** Holds reasoning back as long as it may be the JSON: while all of it so far begins like an object or a list. */
function createHold(): StreamMend {
  const states = createPerChoice<Held>(() => ({ isDecided: false, text: "", choices: [] }));
  let envelope: JsonObject = {};

  function change(choice: JsonObject, index: number): readonly JsonObject[] | undefined {
    const held = states.of(index);
    const delta = choice["delta"];
    if (held.isDecided || !isJsonObject(delta)) return undefined;
    const text = reasoningOf(delta);
    const isOver = isFinalChoice(choice) || !isBlank(delta["content"]) || delta["tool_calls"] !== undefined;
    if (!isOver) {
      if (text === "") return undefined;
      held.text += text;
      held.choices.push(choice);
      return mayBeJson(held.text) ? [] : release(held);
    }
    if (isFinalChoice(choice) && text !== "") {
      held.text += text;
      held.choices.push({ ...choice, finish_reason: null });
      return [...release(held), { ...choice, delta: without(delta, fields) ?? delta }];
    }
    return isFinalChoice(choice) ? after(release(held), choice) : after(release(held, false), choice);
  }

  return {
    passesText: () => states.entries().every(([, { isDecided }]) => isDecided),
    chunk(chunk) {
      if (objectsIn(chunk["choices"]).length > 0) envelope = chunk;
      return replaceChoices(chunk, change);
    },
    end: () =>
      states
        .entries()
        .flatMap(([, held]) => release(held).map((choice) => chunkWithChoice(envelope, choice))),
  };
}

function after(released: readonly JsonObject[], choice: JsonObject): readonly JsonObject[] | undefined {
  return released.length === 0 ? undefined : [...released, choice];
}

function release(held: Held, isWhole = true): readonly JsonObject[] {
  held.isDecided = true;
  const choices = held.choices;
  held.choices = [];
  return isWhole && isJson(held.text) ? choices.map(asContent) : choices;
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
