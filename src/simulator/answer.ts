/** Makes a model's answer to a prompt: text, an instance of a schema, or a tool call. Knows no wire. */
import { cannedReasoning, cannedText } from "./canned-text.ts";
import type { Order } from "./fault.ts";
import type { SimulatedModel } from "./models.ts";
import { estimateTokens, numberedPieces, toPieces } from "./pieces.ts";
import type { Prompt, Tool } from "./prompt.ts";
import { createInstance } from "./schema-instance.ts";
import { selectTool } from "./tool-selection.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments' JSON in pieces. */
  readonly arguments: readonly string[];
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

export interface Answer {
  readonly reasoning: readonly string[];
  readonly content: Iterable<string>;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly usage: Usage;
}

/** What a server makes of a model's words before they go on the wire. */
export interface Voice {
  createCallId(): string;
  /** Whether a reasoning model's structured answer lands where its thoughts belong. */
  readonly isStructureInReasoning: boolean;
  /** Whether thoughts stay in the content, between tags, where the model has no other place for them. */
  readonly keepsThinkTags: boolean;
  /** A call by a model that knows tools from its prompt alone, as it stays in the content; undefined where it is read. */
  writeToolText(name: string, args: string): string | undefined;
}

/** The tokens of a prompt; the one more is the template's. */
export function countPromptTokens(prompt: Prompt): number {
  return prompt.turns.reduce((sum, turn) => sum + estimateTokens(turn.text), 1);
}

/** An answer of nothing that looks like a success. */
export function emptyAnswer(promptTokens: number): Answer {
  const usage = { promptTokens, completionTokens: 0, reasoningTokens: 0 };
  return { reasoning: [], content: [], toolCalls: [], finishReason: "stop", usage };
}

/** The answer of a model; an order of pieces puts so many numbered ones in place of any other content. */
export function createAnswer(
  model: SimulatedModel,
  prompt: Prompt,
  order: Order,
  voice: Voice,
  promptTokens = countPromptTokens(prompt),
): Answer {
  if (order.pieces !== undefined) {
    const usage = { promptTokens, completionTokens: order.pieces, reasoningTokens: 0 };
    return { ...emptyAnswer(promptTokens), content: numberedPieces(order.pieces), usage };
  }
  // A call was required and nothing at all comes: the mend `required-tool-retry` answers it (BT#1904).
  if (
    order.quirks.has("required-tool-ignored") &&
    prompt.toolChoice === "required" &&
    prompt.tools.length > 0
  )
    return emptyAnswer(promptTokens);
  const tool = selectTool(prompt);
  return tool === undefined
    ? answerInText(say(model, prompt, voice), prompt, promptTokens)
    : answerWithCalls(model, tool, prompt, order, voice, promptTokens);
}

function answerWithCalls(
  model: SimulatedModel,
  tool: Tool,
  prompt: Prompt,
  order: Order,
  voice: Voice,
  promptTokens: number,
): Answer {
  const text = prompt.turns.findLast((turn) => turn.role === "user")?.text ?? "";
  const args = JSON.stringify(createInstance(tool.parameters, { text }));
  const written = model.hasToolsInText === true ? voice.writeToolText(tool.name, args) : undefined;
  // The mend `tool-calls-in-text` reads it.
  if (written !== undefined)
    return answerInText({ reasoning: [], content: toPieces(written) }, prompt, promptTokens);
  const pieces = toPieces(args);
  // As many as the server pleases, whatever `parallel_tool_calls` says: the mend `single-tool-call` (BT#1756).
  const count = order.toolCalls ?? (/\btwice\b/i.test(text) ? 2 : 1);
  const toolCalls = Array.from({ length: count }, () => ({
    // At times there is no id (BT#830): the mend `tool-call-ids` makes one.
    id: order.quirks.has("empty-tool-call-id") ? "" : voice.createCallId(),
    name: tool.name,
    arguments: pieces,
  }));
  return {
    reasoning: [],
    content: [],
    toolCalls,
    finishReason: "tool_calls",
    usage: { promptTokens, completionTokens: pieces.length * count, reasoningTokens: 0 },
  };
}

interface Said {
  readonly reasoning: readonly string[];
  readonly content: readonly string[];
}

function answerInText(said: Said, prompt: Prompt, promptTokens: number): Answer {
  const reasoning = said.reasoning.slice(0, prompt.maxTokens);
  const content = said.content.slice(0, prompt.maxTokens - reasoning.length);
  const completionTokens = reasoning.length + content.length;
  const isCut = completionTokens < said.reasoning.length + said.content.length;
  return {
    reasoning,
    content,
    toolCalls: [],
    finishReason: isCut ? "length" : "stop",
    usage: { promptTokens, completionTokens, reasoningTokens: reasoning.length },
  };
}

function say(model: SimulatedModel, prompt: Prompt, voice: Voice): Said {
  const isReasoning = model.isReasoning === true;
  if (prompt.schema !== undefined) {
    const pieces = toPieces(JSON.stringify(createInstance(prompt.schema)));
    // The mend `structured-output-in-reasoning` moves it back (BT#1698, #1773).
    const isMisplaced = isReasoning && voice.isStructureInReasoning && model.hasThinkTags !== true;
    return isMisplaced ? { reasoning: pieces, content: [] } : { reasoning: [], content: pieces };
  }
  const thoughts = isReasoning ? cannedReasoning(prompt.turns) : "";
  const words = stopText(cannedText(model, prompt.turns), prompt.stops);
  // The mend `reasoning-field` takes the tags apart (BT#894, #1602).
  const isTagged = model.hasThinkTags === true && voice.keepsThinkTags;
  if (isTagged) return { reasoning: [], content: toPieces(`<think>\n${thoughts}\n</think>\n\n${words}`) };
  return { reasoning: toPieces(thoughts), content: toPieces(words) };
}

/** The text up to the first stop that occurs; the stop itself is left out. */
function stopText(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place !== -1);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}
