/** Several tool calls where the client forbade them. Knows no request but its wish. */
import { changeDeltas, changeMessages } from "../../protocol/openai/change-choices.ts";
import { changeList } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const singleToolCall: Mend = {
  id: "single-tool-call",
  title: "With `parallel_tool_calls: false` only the first tool call is handed on.",
  source: "BT#1756; llama-server (recorded: tools-multi-parallel-false)",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ asked }) => asked["parallel_tool_calls"] === false,
  answer: (body) =>
    changeMessages(body, (message) =>
      changeList(message, "tool_calls", (_call, position) => (position > 0 ? [] : undefined)),
    ),
  stream: () => ({
    chunk(chunk) {
      const changed = changeDeltas(chunk, (delta) =>
        changeList(delta, "tool_calls", (call) =>
          typeof call["index"] === "number" && call["index"] > 0 ? [] : undefined,
        ),
      );
      return changed === undefined ? undefined : [changed];
    },
  }),
};
