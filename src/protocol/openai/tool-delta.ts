/** Tool calls in deltas: index always, id, type and name in the first of an index only. */
import { changeObject, changeList, without } from "./parts.ts";
import type { JsonObject } from "./fields.ts";

/** State for one choice: the returned function shapes a delta's `tool_calls`, or says undefined where they are right. */
export function toolDelta(): (delta: JsonObject) => JsonObject | undefined {
  const opened = new Set<number>();
  return (delta) =>
    changeList(delta, "tool_calls", (call, position) => {
      const index = typeof call["index"] === "number" ? call["index"] : position;
      if (!opened.has(index)) {
        opened.add(index);
        return "index" in call && call["type"] === "function"
          ? undefined
          : { index, type: "function", ...call };
      }
      const bare = without(call, ["id", "type"]);
      const named = changeObject(bare ?? call, "function", (part) => without(part, ["name"]));
      const shaped = named ?? bare;
      if ("index" in call) return shaped;
      return { index, ...(shaped ?? call) };
    });
}
