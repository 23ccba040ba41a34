/** Ids of tool calls: OpenAI's form towards the client, the backend's own on the way back. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeDeltas, changeMessages } from "../../protocol/openai/change-choices.ts";
import { changeList, functionName } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

/** Marks an id of a backend's own making, so that exactly those are turned back. */
const prefix = "call_local_";

export const toolCallIds: Mend = {
  id: "tool-call-ids",
  title:
    "Tool call ids get OpenAI's `call_` form and are turned back in the history; a missing id is made, a call without a name dropped.",
  source: "BT#830; llama-server's bare ids (recorded: tools-required)",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) =>
    changeList(body, "messages", (message) => {
      const calls = changeList(message, "tool_calls", (call) => {
        const id = toBackend(call["id"]);
        return id === undefined ? undefined : { ...call, id };
      });
      const answered = toBackend(message["tool_call_id"]);
      if (answered === undefined) return calls;
      return { ...(calls ?? message), tool_call_id: answered };
    }),
  answer: (body) =>
    changeMessages(body, (message, _choice, index) =>
      changeList(message, "tool_calls", (call, position) => {
        if (functionName(call) === undefined) return [];
        const id = toClient(call["id"], body, index, position);
        return id === call["id"] ? undefined : { ...call, id };
      }),
    ),
  stream: () => naming,
};

const naming: MendStage = {
  chunk(chunk) {
    const changed = changeDeltas(chunk, (delta, _choice, index) =>
      changeList(delta, "tool_calls", (call, position) => {
        // Only the chunk that opens a call names it; the later ones need no id, but some repeat it.
        if (functionName(call) === undefined && !isText(call["id"])) return undefined;
        const place = typeof call["index"] === "number" ? call["index"] : position;
        const id = toClient(call["id"], chunk, index, place);
        return id === call["id"] ? undefined : { ...call, id };
      }),
    );
    return changed === undefined ? undefined : [changed];
  },
};

function toClient(id: unknown, answer: JsonObject, choice: number, place: number): string {
  // An id that begins like one of ours by chance is marked as well, so that no two become the same.
  if (isText(id)) return id.startsWith("call_") && !id.startsWith(prefix) ? id : prefix + id;
  const made = String(answer["id"] ?? "")
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(-16);
  return `call_${made}${choice}${place}`;
}

function toBackend(id: unknown): string | undefined {
  return typeof id === "string" && id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

function isText(id: unknown): id is string {
  return typeof id === "string" && id !== "";
}
