/** A response's events in OpenAI's order, numbered. The whole answer is what the last event holds. */
import type { Answer, ToolCall } from "./answer.ts";
import {
  createItemId,
  formatBegun,
  formatCallItem,
  formatEnded,
  formatMessageItem,
  formatReasoningItem,
  formatTextPart,
  type Json,
  type ResponseFacts,
} from "./responses-object.ts";
import type { StreamEvent } from "./stream-event.ts";

/** One event before it has a number. */
interface Step {
  readonly stage: StreamEvent["stage"];
  readonly type: string;
  readonly fields: Json;
}

/** The steps of one output item; returns the item when it is done. */
type ItemSteps = Generator<Step, Json>;

/** All events from `response.created` to `response.completed`; there is no `[DONE]`. */
export function* formatResponseEvents(facts: ResponseFacts, answer: Answer): Generator<StreamEvent> {
  let sequenceNumber = 0;
  for (const { stage, type, fields } of steps(facts, answer)) {
    const data = JSON.stringify({ type, ...fields, sequence_number: sequenceNumber });
    sequenceNumber += 1;
    yield { stage, name: type, data };
  }
}

/** The whole response: what the events would have ended with. */
export function formatResponse(facts: ResponseFacts, answer: Answer): Json {
  const walk = steps(facts, answer);
  let next = walk.next();
  while (next.done !== true) next = walk.next();
  return next.value;
}

function* steps(facts: ResponseFacts, answer: Answer): Generator<Step, Json> {
  const output: Json[] = [];
  yield { stage: "open", type: "response.created", fields: { response: formatBegun(facts) } };
  yield { stage: "open", type: "response.in_progress", fields: { response: formatBegun(facts) } };
  const isCut = answer.finishReason === "length";
  if (answer.reasoning.length > 0) output.push(yield* reasoningSteps(answer.reasoning, output.length));
  if (answer.toolCalls.length === 0) output.push(yield* messageSteps(answer.content, output.length, isCut));
  for (const call of answer.toolCalls) output.push(yield* callSteps(call, output.length));
  const response = formatEnded(facts, output, answer.usage, isCut);
  yield { stage: "close", type: isCut ? "response.incomplete" : "response.completed", fields: { response } };
  return response;
}

function* messageSteps(pieces: Iterable<string>, outputIndex: number, isCut: boolean): ItemSteps {
  const id = createItemId("msg_");
  const place = { item_id: id, output_index: outputIndex, content_index: 0 };
  yield itemStep("added", outputIndex, formatMessageItem(id, "in_progress", []));
  yield {
    stage: "open",
    type: "response.content_part.added",
    fields: { ...place, part: formatTextPart("") },
  };
  let text = "";
  for (const delta of pieces) {
    text += delta;
    yield {
      stage: "piece",
      type: "response.output_text.delta",
      fields: { ...place, delta, logprobs: [] },
    };
  }
  const part = formatTextPart(text);
  yield { stage: "close", type: "response.output_text.done", fields: { ...place, text, logprobs: [] } };
  yield { stage: "close", type: "response.content_part.done", fields: { ...place, part } };
  const item = formatMessageItem(id, isCut ? "incomplete" : "completed", [part]);
  yield itemStep("done", outputIndex, item);
  return item;
}

/** LM Studio's names for a model's thoughts (earendil-works/pi#4193). */
function* reasoningSteps(pieces: readonly string[], outputIndex: number): ItemSteps {
  const id = createItemId("rs_");
  const place = { item_id: id, output_index: outputIndex, content_index: 0 };
  yield itemStep("added", outputIndex, formatReasoningItem(id, "in_progress", ""));
  for (const delta of pieces) {
    yield { stage: "piece", type: "response.reasoning_text.delta", fields: { ...place, delta } };
  }
  const text = pieces.join("");
  // The answer is still to come, so this is not the stream's close.
  yield { stage: "open", type: "response.reasoning_text.done", fields: { ...place, text } };
  const item = formatReasoningItem(id, "completed", text);
  yield { ...itemStep("done", outputIndex, item), stage: "open" };
  return item;
}

function* callSteps(call: ToolCall, outputIndex: number): ItemSteps {
  const id = createItemId("fc_");
  const place = { item_id: id, output_index: outputIndex };
  yield itemStep("added", outputIndex, formatCallItem(id, "in_progress", call, ""));
  for (const delta of call.arguments) {
    yield { stage: "piece", type: "response.function_call_arguments.delta", fields: { ...place, delta } };
  }
  const args = call.arguments.join("");
  const done = { ...place, name: call.name, arguments: args };
  yield { stage: "close", type: "response.function_call_arguments.done", fields: done };
  const item = formatCallItem(id, "completed", call, args);
  yield itemStep("done", outputIndex, item);
  return item;
}

function itemStep(change: "added" | "done", outputIndex: number, item: Json): Step {
  const stage = change === "added" ? "open" : "close";
  return { stage, type: `response.output_item.${change}`, fields: { output_index: outputIndex, item } };
}
