/** Answers in Anthropic's form, whole and as events. Knows nothing of how they came about. */
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { Answer } from "./answer.ts";
import type { StreamEvent } from "./stream-event.ts";

/** What servers that speak this form differ in. */
export interface MessagesStyle {
  createId(): string;
  /** Whether usage tells what came from the cache, as llama-server does. */
  readonly tellsCache: boolean;
}

/** What is the same in every event of one message. */
export interface MessageFacts {
  readonly id: string;
  readonly model: string;
}

/** The whole message. */
export function formatMessage(facts: MessageFacts, answer: Answer, style: MessagesStyle): object {
  const { promptTokens, completionTokens } = answer.usage;
  return {
    ...formatHead(facts),
    content: Array.from(blocksOf(answer), ({ opening, whole }) => ({ ...opening, ...whole })),
    model: facts.model,
    stop_reason: stopReasons[answer.finishReason],
    stop_sequence: null,
    usage: formatUsage(style, promptTokens, completionTokens),
  };
}

/** Its events, from `message_start` to `message_stop`. */
export function* formatMessageEvents(
  facts: MessageFacts,
  answer: Answer,
  style: MessagesStyle,
): Generator<StreamEvent> {
  const start = {
    ...formatHead(facts),
    content: [],
    model: facts.model,
    stop_reason: null,
    stop_sequence: null,
    usage: formatUsage(style, answer.usage.promptTokens, 0),
  };
  yield toEvent("open", { type: "message_start", message: start });
  let index = 0;
  for (const { opening, deltas } of blocksOf(answer)) {
    yield toEvent("open", { type: "content_block_start", index, content_block: opening });
    for (const delta of deltas) yield toEvent("piece", { type: "content_block_delta", index, delta });
    yield toEvent("open", { type: "content_block_stop", index });
    index += 1;
  }
  const delta = { stop_reason: stopReasons[answer.finishReason], stop_sequence: null };
  const usage = { output_tokens: answer.usage.completionTokens };
  yield toEvent("close", { type: "message_delta", delta, usage });
  yield toEvent("close", { type: "message_stop" });
}

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

interface Block {
  /** As it begins in a stream. */
  readonly opening: object;
  readonly deltas: Iterable<object>;
  /** What a whole message has in the place of the deltas. */
  readonly whole: object;
}

function* blocksOf(answer: Answer): Generator<Block> {
  if (answer.reasoning.length > 0) {
    yield {
      opening: { type: "thinking", thinking: "" },
      deltas: [
        ...answer.reasoning.map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: "" },
      ],
      whole: { thinking: answer.reasoning.join(""), signature: "" },
    };
  }
  const pieces = [...answer.content];
  if (pieces.length > 0) {
    yield {
      opening: { type: "text", text: "" },
      deltas: pieces.map((text) => ({ type: "text_delta", text })),
      whole: { text: pieces.join("") },
    };
  }
  for (const call of answer.toolCalls) {
    yield {
      opening: { type: "tool_use", id: call.id, name: call.name, input: {} },
      deltas: call.arguments.map((text) => ({ type: "input_json_delta", partial_json: text })),
      whole: { input: JSON.parse(call.arguments.join("")) as unknown },
    };
  }
}

function formatHead({ id }: MessageFacts): object {
  return { id, type: "message", role: "assistant" };
}

function formatUsage(style: MessagesStyle, input: number, output: number): object {
  const cache = style.tellsCache ? { cache_read_input_tokens: 0 } : {};
  return { ...cache, input_tokens: input, output_tokens: output };
}

interface TypedEvent extends JsonObject {
  readonly type: string;
}

function toEvent(stage: StreamEvent["stage"], value: TypedEvent): StreamEvent {
  return { stage, name: value.type, data: JSON.stringify(value) };
}
