/** Makes a model's answer to a prompt: text, an instance of a schema, or a tool call. Knows no wire. */
import { cannedReasoning, cannedText } from "./canned-text.ts";
import type { SimulatedModel } from "./models.ts";
import { estimateTokens, numberedPieces, toPieces } from "./pieces.ts";
import type { Prompt, Tool } from "./prompt.ts";
import { createInstance } from "./schema-instance.ts";
import { selectTool } from "./tool-selection.ts";
import { createToolCallId } from "./wire-id.ts";

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
  readonly toolCall: ToolCall | undefined;
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly usage: Usage;
}

/** The answer of a model; `orderedPieces` puts so many numbered pieces in place of any other content. */
export function createAnswer(
  model: SimulatedModel,
  prompt: Prompt,
  orderedPieces: number | undefined,
): Answer {
  const promptTokens = prompt.turns.reduce((sum, turn) => sum + estimateTokens(turn.text), 1);
  if (orderedPieces !== undefined) {
    return {
      reasoning: [],
      content: numberedPieces(orderedPieces),
      toolCall: undefined,
      finishReason: "stop",
      usage: { promptTokens, completionTokens: orderedPieces, reasoningTokens: 0 },
    };
  }
  const tool = selectTool(prompt);
  return tool === undefined
    ? answerInText(model, prompt, promptTokens)
    : answerWithCall(tool, prompt, promptTokens);
}

function answerWithCall(tool: Tool, prompt: Prompt, promptTokens: number): Answer {
  const text = prompt.turns.findLast((turn) => turn.role === "user")?.text ?? "";
  const pieces = toPieces(JSON.stringify(createInstance(tool.parameters, { text })));
  return {
    reasoning: [],
    content: [],
    toolCall: { id: createToolCallId(), name: tool.name, arguments: pieces },
    finishReason: "tool_calls",
    usage: { promptTokens, completionTokens: pieces.length, reasoningTokens: 0 },
  };
}

function answerInText(model: SimulatedModel, prompt: Prompt, promptTokens: number): Answer {
  const said = say(model, prompt);
  const reasoning = said.reasoning.slice(0, prompt.maxTokens);
  const content = said.content.slice(0, prompt.maxTokens - reasoning.length);
  const completionTokens = reasoning.length + content.length;
  const isCut = completionTokens < said.reasoning.length + said.content.length;
  return {
    reasoning,
    content,
    toolCall: undefined,
    finishReason: isCut ? "length" : "stop",
    usage: { promptTokens, completionTokens, reasoningTokens: reasoning.length },
  };
}

interface Said {
  readonly reasoning: readonly string[];
  readonly content: readonly string[];
}

function say(model: SimulatedModel, prompt: Prompt): Said {
  const isReasoning = model.isReasoning === true;
  if (prompt.schema !== undefined) {
    const pieces = toPieces(JSON.stringify(createInstance(prompt.schema)));
    // A reasoning model puts the structured answer where its thoughts belong (BT#1698, #1773).
    return isReasoning ? { reasoning: pieces, content: [] } : { reasoning: [], content: pieces };
  }
  const reasoning = isReasoning ? toPieces(cannedReasoning(prompt.turns)) : [];
  return { reasoning, content: toPieces(stopText(cannedText(model, prompt.turns), prompt.stops)) };
}

/** The text up to the first stop that occurs; the stop itself is left out. */
function stopText(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place !== -1);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}
