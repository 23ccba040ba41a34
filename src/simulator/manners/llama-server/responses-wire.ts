/** llama-server's responses: fewer fields and events than OpenAI's, none of them numbered (recorded: responses-*): the mend `response-shape`. */
import type { Answer, ToolCall } from "../../answer.ts";
import type { ResponsesWire } from "../../responses.ts";
import type { Json, ResponseFacts } from "../../responses-object.ts";
import type { StreamEvent } from "../../stream-event.ts";
import { createMixedId } from "../../wire-id.ts";
import { formatTimings } from "./timings.ts";

/** Its way of writing responses. */
export const responsesWire: ResponsesWire = {
  createId: () => createMixedId("resp_"),
  whole: formatResponse,
  events: formatEvents,
};

function formatResponse(facts: ResponseFacts, answer: Answer): object {
  const text = textOf(answer);
  const message = { id: createMixedId("msg_"), role: "assistant", status: "completed", type: "message" };
  return {
    completed_at: facts.createdAt,
    created_at: facts.createdAt,
    id: facts.id,
    model: facts.model,
    object: "response",
    output: [
      ...(answer.reasoning.length > 0 ? [formatReasoning(createMixedId("rs_"), answer)] : []),
      ...(text === "" ? [] : [{ content: [formatPart(text)], ...message }]),
      ...answer.toolCalls.map((call) => formatCall(call, "completed", call.arguments.join(""))),
    ],
    // Never `incomplete`, cut by length or not (recorded: responses).
    status: "completed",
    usage: formatUsage(answer),
  };
}

function* formatEvents(facts: ResponseFacts, answer: Answer): Generator<StreamEvent> {
  const begun = { response: { id: facts.id, object: "response", status: "in_progress" } };
  yield toEvent("open", "response.created", begun);
  yield toEvent("open", "response.in_progress", begun);
  const reasoning = yield* reasoningEvents(answer);
  const message = yield* messageEvents(answer);
  const calls = yield* callEvents(answer.toolCalls);
  // The parts of a message are done only when the calls behind it are.
  yield* message.map(({ type, fields }) => toEvent("close", type, fields));
  yield* calls.map((item) => toEvent("close", "response.output_item.done", { item }));
  const texts = message.flatMap(({ fields }) => ("item" in fields ? [fields["item"]] : []));
  const response = {
    id: facts.id,
    object: "response",
    created_at: facts.createdAt,
    status: "completed",
    model: facts.model,
    output: [...reasoning, ...texts, ...calls],
    usage: formatUsage(answer),
  };
  yield toEvent("close", "response.completed", { response, timings: formatTimings(answer.usage) });
}

function* reasoningEvents({ reasoning }: Answer): Generator<StreamEvent, readonly Json[]> {
  if (reasoning.length === 0) return [];
  const id = createMixedId("rs_");
  const added = {
    id,
    summary: [],
    type: "reasoning",
    content: [],
    encrypted_content: "",
    status: "in_progress",
  };
  yield toEvent("open", "response.output_item.added", { item: added });
  for (const delta of reasoning) {
    yield toEvent("piece", "response.reasoning_text.delta", { delta, item_id: id });
  }
  const item = formatReasoning(id, { reasoning });
  yield toEvent("open", "response.output_item.done", { item });
  return [item];
}

/** An event that is to come later. */
interface Later {
  readonly type: string;
  readonly fields: Json;
}

function* messageEvents(answer: Answer): Generator<StreamEvent, readonly Later[]> {
  const pieces = [...answer.content];
  if (pieces.length === 0) return [];
  const id = createMixedId("msg_");
  const added = { content: [], id, role: "assistant", status: "in_progress", type: "message" };
  yield toEvent("open", "response.output_item.added", { item: added });
  const empty = { item_id: id, part: { type: "output_text", text: "" } };
  yield toEvent("open", "response.content_part.added", empty);
  for (const delta of pieces) yield toEvent("piece", "response.output_text.delta", { item_id: id, delta });
  const text = pieces.join("");
  const part = formatPart(text);
  const item = { type: "message", status: "completed", id, content: [part], role: "assistant" };
  return [
    { type: "response.output_text.done", fields: { item_id: id, text } },
    { type: "response.content_part.done", fields: { item_id: id, part } },
    { type: "response.output_item.done", fields: { item } },
  ];
}

function* callEvents(calls: readonly ToolCall[]): Generator<StreamEvent, readonly Json[]> {
  for (const call of calls) {
    const item = formatCall(call, "in_progress", "");
    yield toEvent("open", "response.output_item.added", { item });
    for (const delta of call.arguments) {
      yield toEvent("piece", "response.function_call_arguments.delta", { delta, item_id: `fc_${call.id}` });
    }
  }
  return calls.map((call) => formatCall(call, "completed", call.arguments.join("")));
}

function formatReasoning(id: string, { reasoning }: Pick<Answer, "reasoning">): Json {
  const content = [{ text: reasoning.join(""), type: "reasoning_text" }];
  return { id, summary: [], type: "reasoning", content, encrypted_content: "" };
}

function formatPart(text: string): object {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

/** The call's own id behind two prefixes. */
function formatCall({ id, name }: ToolCall, status: string, args: string): Json {
  const [head, tail] = [{ id: `fc_${id}` }, { arguments: args, call_id: `call_${id}`, name }];
  return status === "completed"
    ? { ...head, type: "function_call", status, ...tail }
    : { ...head, ...tail, type: "function_call", status };
}

function formatUsage({ usage }: Answer): object {
  const { promptTokens, completionTokens } = usage;
  return {
    input_tokens: promptTokens,
    output_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    input_tokens_details: { cached_tokens: 0 },
  };
}

function textOf({ content }: Answer): string {
  return [...content].join("");
}

function toEvent(stage: StreamEvent["stage"], type: string, fields: Json): StreamEvent {
  return { stage, name: type, data: JSON.stringify({ type, ...fields }) };
}
