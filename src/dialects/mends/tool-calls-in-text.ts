/** Tool calls that a backend left as text in the content. Knows no markup: that is the scanner's. */
import {
  chunkWithChoice,
  envelopeOf,
  isEmptyChoice,
  isFinalChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { digestCallId } from "../../protocol/digest.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, objectsIn } from "../../protocol/openai/parts.ts";
import { knownTools, type KnownTools } from "../../protocol/tool-markup.ts";
import { createToolTextScanner, type TextPart, type ToolTextScanner } from "../../protocol/tool-text.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

export const toolCallsInText: Mend = {
  id: "tool-calls-in-text",
  title:
    "Tool calls left as text in `content` (`<tool_call>`, `[TOOL_REQUEST]`, bare JSON and others) become real ones.",
  source: "BT#821, BT#1066, BT#1528; LM Studio's documents of tools; tracker#542",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ asked }) => knownTools(asked).size > 0 && asked["tool_choice"] !== "none",
  answer(body, { asked }) {
    const tools = knownTools(asked);
    return changeList(body, "choices", (choice, index) => changeAnswer(choice, index, body["id"], tools));
  },
  stream: ({ asked }) => new ToolTextStage(knownTools(asked)),
};

function changeAnswer(
  choice: JsonObject,
  index: number,
  answerId: unknown,
  tools: KnownTools,
): JsonObject | undefined {
  const { message } = choice;
  if (!isJsonObject(message) || typeof message["content"] !== "string") return undefined;
  if (objectsIn(message["tool_calls"]).length > 0) return undefined;
  const scanner = createToolTextScanner(tools);
  const parts = [...scanner.push(message["content"]), ...scanner.end()];
  const calls = parts.flatMap((part) => (part.kind === "call" ? [part.call] : []));
  if (calls.length === 0) return undefined;
  const content = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  const tool_calls = calls.map((call, place) => ({
    id: digestCallId(answerId, index, place),
    type: "function",
    function: call,
  }));
  return withToolFinish({ ...choice, message: { ...message, content: content.trim(), tool_calls } });
}

/** The model stopped to wait for its tools; a cut or a filter stays what it was. */
function withToolFinish(choice: JsonObject): JsonObject {
  return choice["finish_reason"] === "stop" ? { ...choice, finish_reason: "tool_calls" } : choice;
}

interface ChoiceState {
  readonly scanner: ToolTextScanner;
  calls: number;
  /** White space behind a call, while nothing else came behind it; undefined otherwise. */
  blanks: string | undefined;
  /** The backend sends calls of its own: what stands in the text is none. */
  hasOwn: boolean;
}

class ToolTextStage implements MendStage {
  readonly #tools: KnownTools;
  readonly #states = new PerChoice<ChoiceState>();
  #envelope: JsonObject = {};

  constructor(tools: KnownTools) {
    this.#tools = tools;
  }

  passesText(): boolean {
    return false;
  }

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    if (objectsIn(chunk["choices"]).length > 0) this.#envelope = envelopeOf(chunk, this.#envelope);
    return replaceChoices(chunk, (choice, index) => this.#change(chunk, choice, index));
  }

  end(): readonly JsonObject[] {
    return this.#states
      .entries()
      .flatMap(([index, state]) =>
        deltasOf(state.scanner.end(), state, this.#envelope["id"], index).map((delta) =>
          chunkWithChoice(this.#envelope, { index, delta, logprobs: null, finish_reason: null }),
        ),
      );
  }

  #change(chunk: JsonObject, choice: JsonObject, index: number): readonly JsonObject[] | undefined {
    const { delta } = choice;
    if (!isJsonObject(delta)) return undefined;
    const state = this.#stateOf(index);
    if (objectsIn(delta["tool_calls"]).length > 0) state.hasOwn = true;
    const content = typeof delta["content"] === "string" ? delta["content"] : "";
    const isFinal = isFinalChoice(choice);
    if (content === "" && !isFinal && !state.hasOwn) return undefined;
    const parts = [
      ...(state.hasOwn ? state.scanner.end() : state.scanner.push(content)),
      ...(isFinal || state.hasOwn ? state.scanner.end() : []),
      ...(state.hasOwn && content !== "" ? [{ kind: "text", text: content } as const] : []),
    ];
    const deltas = deltasOf(parts, state, chunk["id"], index);
    const [only] = deltas;
    const isUnchanged = content === "" ? only === undefined : only?.["content"] === content;
    if (isUnchanged && deltas.length <= 1) {
      return isFinal && state.calls > 0 ? [withToolFinish(choice)] : undefined;
    }
    return spread(choice, delta, deltas, state);
  }

  #stateOf(index: number): ChoiceState {
    return this.#states.of(index, () => ({
      scanner: createToolTextScanner(this.#tools),
      calls: 0,
      blanks: undefined,
      hasOwn: false,
    }));
  }
}

/** The given delta's other fields go first, then each part, then the finish. */
function spread(
  choice: JsonObject,
  delta: JsonObject,
  deltas: readonly JsonObject[],
  state: ChoiceState,
): readonly JsonObject[] {
  const { content: _content, ...others } = delta;
  const isFinal = isFinalChoice(choice);
  const open = { ...choice, logprobs: null, finish_reason: null };
  const [first = {}, ...rest] = "tool_calls" in others ? [{}, ...deltas] : deltas;
  const choices = [
    { ...open, logprobs: choice["logprobs"] ?? null, delta: { ...others, ...first } },
    ...rest.map((part) => ({ ...open, delta: part })),
    ...(isFinal ? [{ ...choice, logprobs: null, delta: {} }] : []),
  ];
  return choices
    .filter((one) => !isEmptyChoice(one))
    .map((one) => (state.calls > 0 ? withToolFinish(one) : one));
}

function deltasOf(
  parts: readonly TextPart[],
  state: ChoiceState,
  answerId: unknown,
  choice: number,
): readonly JsonObject[] {
  return parts.flatMap((part): readonly JsonObject[] => {
    if (part.kind === "text") return textDeltas(part.text, state);
    const index = state.calls;
    state.calls += 1;
    state.blanks = "";
    const id = digestCallId(answerId, choice, index);
    return [{ tool_calls: [{ index, id, type: "function", function: part.call }] }];
  });
}

/** White space between a call and the next, or the end, belongs to the markup; in front of text it is the text's. */
function textDeltas(text: string, state: ChoiceState): readonly JsonObject[] {
  if (state.blanks === undefined) return [{ content: text }];
  const content = state.blanks + text;
  const isBlank = text.trim() === "";
  state.blanks = isBlank ? content : undefined;
  return isBlank ? [] : [{ content }];
}
