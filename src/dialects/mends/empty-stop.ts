/** Stop words that stop at once. Knows no answer. */
import { without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const emptyStop: Mend = {
  id: "empty-stop",
  title:
    "Empty stop words and empty lists of them are dropped: some backends stop at once, or forget their own.",
  source: "VisualChatGPTStudio#92, ollama#3629",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  looksAt: ["stop"],
  request(body) {
    const { stop } = body;
    if (stop === "") return without(body, ["stop"]);
    if (!Array.isArray(stop)) return undefined;
    const kept = stop.filter((word) => word !== "");
    if (kept.length === stop.length && kept.length > 0) return undefined;
    return kept.length === 0 ? without(body, ["stop"]) : { ...body, stop: kept };
  },
};
