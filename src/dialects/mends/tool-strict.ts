/** `strict` on tools, which LM Studio does not know. Knows no answer. */
import { changeList, changeObject, without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const toolStrict: Mend = {
  id: "tool-strict",
  title: "`strict` is left out of tools: the schema itself is all that LM Studio goes by.",
  source: "docker-agent#278, rakazo#851",
  kinds: ["lmstudio"],
  endpoints: ["chat", "responses"],
  looksAt: ["tools"],
  request: (body) =>
    changeList(body, "tools", (tool) => {
      const flat = without(tool, ["strict"]);
      return changeObject(flat ?? tool, "function", (definition) => without(definition, ["strict"])) ?? flat;
    }),
};
