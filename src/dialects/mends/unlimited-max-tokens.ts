/** Negative length limits, which mean none. Knows no answer. */
import { without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

const limits = ["max_tokens", "max_completion_tokens"];

export const unlimitedMaxTokens: Mend = {
  id: "unlimited-max-tokens",
  title: "A negative length limit, LM Studio's own word for none, is dropped.",
  source: "LM Studio's examples; vLLM and Ollama refuse it",
  kinds: ["lmstudio", "ollama", "vllm"],
  endpoints: ["chat", "completions"],
  looksAt: limits,
  request(body) {
    const negative = limits.filter((key) => typeof body[key] === "number" && body[key] < 0);
    return negative.length === 0 ? undefined : without(body, negative);
  },
};
