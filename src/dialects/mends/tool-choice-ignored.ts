/** `tool_choice` for a backend that pays no heed to it. Knows no answer. */
import { objectsIn, without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";
import { toolHint } from "./required-tool-retry.ts";

export const toolChoiceIgnored: Mend = {
  id: "tool-choice-ignored",
  title:
    "Where `tool_choice` has no effect, `none` leaves the tools out and `required` is asked for in a system message.",
  source: "Ollama's documents",
  kinds: ["ollama"],
  endpoints: ["chat"],
  looksAt: ["tools"],
  request(body) {
    if (objectsIn(body["tools"]).length === 0) return undefined;
    if (body["tool_choice"] === "none") return without(body, ["tools", "tool_choice"]);
    if (body["tool_choice"] !== "required") return undefined;
    return { ...body, messages: [toolHint(objectsIn(body["tools"])), ...objectsIn(body["messages"])] };
  },
};
