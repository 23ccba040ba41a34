/** Tool calls that came as text in the content. Knows no request but that tools were asked for. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeChoices, chunkWith, indexOf, perChoice } from "../../protocol/openai/change-choices.ts";
import { objectsIn, without } from "../../protocol/openai/parts.ts";
import { createMarkupReader, type WrittenCall } from "../../protocol/tool-markup.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const toolCallsInText: Mend = {
  id: "tool-calls-in-text",
  title:
    "Tool calls left as text (`<tool_call>`, `[TOOL_REQUEST]`, `<function=…>`, `[TOOL_CALLS]`) become real tool calls.",
  source: "BT#821, BT#1066, BT#1528; LM Studio's tool documents",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ asked }) => objectsIn(asked["tools"]).length > 0 || objectsIn(asked["functions"]).length > 0,
  answer: (body) =>
    changeChoices(body, (choice, index) => {
      const { message } = choice;
      if (!isJsonObject(message) || typeof message["content"] !== "string") return undefined;
      const reader = createMarkupReader();
      const first = reader.push(message["content"]);
      const last = reader.end();
      const calls = [...first.calls, ...last.calls];
      if (calls.length === 0) return undefined;
      const earlier = objectsIn(message["tool_calls"]);
      const toolCalls = calls.map((call, place) => formatCall(call, body, index, earlier.length + place));
      const content = (first.text + last.text).trim();
      return withFinish({
        ...choice,
        message: { ...message, content, tool_calls: [...earlier, ...toolCalls] },
      });
    }),
  stream() {
    const choices = perChoice(() => ({ reader: createMarkupReader(), calls: 0 }));
    return {
      passesText: () => false,
      chunk(chunk) {
        const before: JsonObject[] = [];
        const changed = changeChoices(chunk, (choice, position) => {
          const index = indexOf(choice, position);
          const state = choices(index);
          const delta = isJsonObject(choice["delta"]) ? choice["delta"] : {};
          const isFinal = typeof choice["finish_reason"] === "string";
          const { content } = delta;
          // Calls of the backend's own count too, so that places do not meet.
          state.calls += objectsIn(delta["tool_calls"]).filter((call) => "id" in call).length;
          const piece =
            typeof content === "string" && content !== "" ? state.reader.push(content) : undefined;
          const rest = isFinal ? state.reader.end() : { text: "", calls: [] };
          const calls = [...(piece?.calls ?? []), ...rest.calls];
          for (const call of calls) {
            const formatted = { index: state.calls, ...formatCall(call, chunk, index, state.calls) };
            before.push(chunkWith(chunk, index, { tool_calls: [formatted] }));
            state.calls++;
          }
          const text = (piece?.text ?? "") + rest.text;
          const finished = isFinal && state.calls > 0 ? withFinish(choice) : choice;
          if (text === (content ?? "")) return finished === choice ? undefined : finished;
          if (isFinal && text !== "") before.unshift(chunkWith(chunk, index, { content: text }));
          const kept = without(delta, ["content"]) ?? delta;
          return { ...finished, delta: isFinal || text === "" ? kept : { ...kept, content: text } };
        });
        if (changed === undefined && before.length === 0) return undefined;
        return orderPieces(before, changed ?? chunk);
      },
    };
  },
};

/** Text stands before the calls that followed it. */
function orderPieces(before: readonly JsonObject[], chunk: JsonObject): readonly JsonObject[] {
  const isFinal = objectsIn(chunk["choices"]).some((choice) => typeof choice["finish_reason"] === "string");
  return isFinal ? [...before, chunk] : [chunk, ...before];
}

function formatCall(call: WrittenCall, answer: JsonObject, choice: number, place: number): JsonObject {
  const made = String(answer["id"] ?? "")
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(-20);
  return {
    id: `call_${made}${choice}${place}`,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  };
}

/** A length limit stays one: the call may have been cut. */
function withFinish(choice: JsonObject): JsonObject {
  return choice["finish_reason"] === "stop" ? { ...choice, finish_reason: "tool_calls" } : choice;
}
