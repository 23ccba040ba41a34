/** Where a model's reasoning stands in an answer: apart, inside the content, or nowhere. Knows no tools. */
import {
  chunkWithChoice,
  isEmptyChoice,
  isFinalChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, objectsIn } from "../../protocol/openai/parts.ts";
import {
  isSame,
  partsIn,
  partsOf,
  reasoningFields,
  toldReasoning,
  withParts,
  type ReasoningMode,
} from "../../protocol/openai/reasoning.ts";
import {
  createLeakRemover,
  createThinkSplitter,
  doneSplitter,
  type LeakRemover,
  mayHoldMarker,
  type ThinkParts,
  type ThinkSplitter,
} from "../../protocol/think-markers.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts, MendStage } from "../mend.ts";

export const reasoningField: Mend = {
  id: "reasoning-field",
  title:
    "Reasoning, whether in `reasoning`, in `reasoning_content` or as `<think>` in the text, stands in one place: apart in `reasoning_content`, or as `model_options.NAME.reasoning` says.",
  source: "BT#894, BT#1602, any-llm#1167; vLLM PR#27752; Ollama's source",
  kinds: localKinds,
  endpoints: ["chat"],
  answer: (body, { options }) =>
    changeList(body, "choices", (choice) =>
      changeObject(choice, "message", (message) => {
        if (isPlainText(message)) return undefined;
        const changed = withParts(message, partsIn(options.reasoning, partsOf(message)));
        return isSame(message, changed) ? undefined : changed;
      }),
    ),
  stream: () => new ReasoningStage(),
};

/** Text without a marker in a message that tells no reasoning: most messages. */
function isPlainText(message: JsonObject): boolean {
  const { content } = message;
  if (typeof content !== "string" || mayHoldMarker(content)) return false;
  return reasoningFields.every((field) => !(field in message));
}

const nothing: ThinkParts = { reasoning: "", content: "" };

/** Each part is there only while it is needed: most answers begin with their content at once. */
class ChoiceState {
  /** Undefined until there is a text to look into. */
  splitter: ThinkSplitter | undefined;
  contentLeak: LeakRemover | undefined;
  reasoningLeak: LeakRemover | undefined;
  /** The leaked marker ends reasoning: without any, content is not searched for it. */
  hasReasoning = false;
  /** In inline mode: a `<think>` has gone out whose end has not. */
  isInside = false;
}

const createState = () => new ChoiceState();

function looksIntoText({ splitter, hasReasoning }: ChoiceState): boolean {
  return splitter?.isDone() !== true || hasReasoning;
}

/** Whether the end of the stream would still have something to tell. */
function isHolding({ splitter, contentLeak, reasoningLeak, isInside }: ChoiceState): boolean {
  if (isInside || splitter?.isHolding() === true) return true;
  return contentLeak?.isHolding() === true || reasoningLeak?.isHolding() === true;
}

class ReasoningStage implements MendStage {
  readonly #states = new PerChoice<ChoiceState>();
  /** The last chunk with choices, kept while the end has something to tell in another like it. */
  #envelope: JsonObject | undefined;

  passesText(): boolean {
    return !this.#states.some(looksIntoText);
  }

  chunk(chunk: JsonObject, { options }: MendFacts): readonly JsonObject[] | undefined {
    const changed = replaceChoices(chunk, (choice, index) =>
      changeChoice(choice, this.#states.of(index, createState), options.reasoning),
    );
    if (!this.#states.some(isHolding)) this.#envelope = undefined;
    else if (objectsIn(chunk["choices"]).length > 0) this.#envelope = chunk;
    return changed;
  }

  end({ options }: MendFacts): readonly JsonObject[] {
    const envelope = this.#envelope ?? {};
    return this.#states
      .entries()
      .flatMap(([index, state]) =>
        deltasOf(clean(state, nothing, true), state, options.reasoning, true).map((delta) =>
          chunkWithChoice(envelope, { index, delta, logprobs: null, finish_reason: null }),
        ),
      );
  }
}

function changeChoice(
  choice: JsonObject,
  state: ChoiceState,
  mode: ReasoningMode,
): readonly JsonObject[] | undefined {
  const { delta } = choice;
  if (!isJsonObject(delta)) return undefined;
  const text = typeof delta["content"] === "string" ? delta["content"] : "";
  const found = text === "" ? nothing : split(state, text);
  const isFinal = isFinalChoice(choice);
  const parts = clean(state, { ...found, reasoning: toldReasoning(delta) + found.reasoning }, isFinal);
  const isSpeaking = parts.content !== "" || objectsIn(delta["tool_calls"]).length > 0 || isFinal;
  const texts = deltasOf(parts, state, mode, isSpeaking);
  const [only] = texts;
  if (
    texts.length === 1 &&
    only !== undefined &&
    isSame(delta, { ...delta, ...only }) &&
    !hasOther(delta, only)
  ) {
    return undefined;
  }
  const bare = withParts(delta, nothing);
  if (texts.length === 0 && isSame(delta, bare)) return undefined;
  return spread(choice, bare, texts);
}

/** Whether the delta has a reasoning field beside those that it is to have. */
function hasOther(delta: JsonObject, wanted: JsonObject): boolean {
  return [...reasoningFields, "content"].some((field) => field in delta && delta[field] !== wanted[field]);
}

/** One choice for each text: the role goes with the first, what else there was with the last, the finish behind all. */
function spread(choice: JsonObject, bare: JsonObject, texts: readonly JsonObject[]): readonly JsonObject[] {
  const { role, content: _empty, ...others } = bare;
  const roleOnly = role === undefined ? {} : { role };
  const isFinal = isFinalChoice(choice);
  const deltas = isFinal ? [...texts, {}] : texts.length === 0 ? [{}] : texts;
  const last = deltas.length - 1;
  const choices = deltas.map((text, place) => ({
    ...choice,
    delta: { ...(place === 0 ? roleOnly : {}), ...text, ...(place === last ? others : {}) },
    ...(place === last ? {} : { logprobs: null, finish_reason: null }),
  }));
  return choices.filter((one) => !isEmptyChoice(one));
}

function split(state: ChoiceState, text: string): ThinkParts {
  const splitter = (state.splitter ??= createThinkSplitter());
  const parts = splitter.push(text);
  if (splitter.isDone()) state.splitter = doneSplitter;
  return parts;
}

/** What the splitter held back; no reasoning begins behind an end. */
function endSplit(state: ChoiceState): ThinkParts {
  state.splitter ??= doneSplitter;
  return state.splitter.end();
}

/** Both texts without the leaked marker; with what was held back, at the end. */
function clean(state: ChoiceState, parts: ThinkParts, isEnd: boolean): ThinkParts {
  const rest = isEnd ? endSplit(state) : nothing;
  const thought = parts.reasoning + rest.reasoning;
  const said = parts.content + rest.content;
  if (thought !== "") state.hasReasoning = true;
  return {
    reasoning: cleanThought(state, thought, isEnd || said !== ""),
    content: cleanSaid(state, said, isEnd),
  };
}

function cleanThought(state: ChoiceState, thought: string, isEnd: boolean): string {
  if (thought !== "") state.reasoningLeak ??= createLeakRemover();
  const remover = state.reasoningLeak;
  if (remover === undefined) return "";
  const text = remover.push(thought);
  if (!isEnd) return text;
  state.reasoningLeak = undefined;
  return text + remover.end();
}

function cleanSaid(state: ChoiceState, said: string, isEnd: boolean): string {
  if (state.hasReasoning && said !== "") state.contentLeak ??= createLeakRemover();
  const remover = state.contentLeak;
  if (remover === undefined) return said;
  const text = remover.push(said);
  if (!isEnd) return text;
  state.contentLeak = undefined;
  return text + remover.end();
}

/** The deltas that tell these texts, reasoning first. */
function deltasOf(
  parts: ThinkParts,
  state: ChoiceState,
  mode: ReasoningMode,
  isSpeaking: boolean,
): JsonObject[] {
  const { reasoning, content } = parts;
  if (mode !== "inline") {
    const isTold = reasoning !== "" && mode === "separate";
    return [...(isTold ? [{ reasoning_content: reasoning }] : []), ...(content === "" ? [] : [{ content }])];
  }
  const opened = reasoning === "" ? "" : `${state.isInside ? "" : "<think>"}${reasoning}`;
  if (reasoning !== "") state.isInside = true;
  const closed = state.isInside && isSpeaking ? "</think>\n\n" : "";
  if (closed !== "") state.isInside = false;
  const text = opened + closed + content;
  return text === "" ? [] : [{ content: text }];
}
