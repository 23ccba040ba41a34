/** Where the simulated servers differ from OpenAI, by the name of the mend that answers it. Documentation that tests hold. */
import type { Manners } from "./manners/names.ts";

/** One difference from OpenAI, and where it is to be seen. */
export interface ShownQuirk {
  /** The mend's id; the simulator knows it as a word only. */
  readonly mend: string;
  /** The servers that show it. */
  readonly manners: readonly Manners[];
  /** What a client sees without the mend. */
  readonly shows: string;
}

/** Each mend, and the servers on which one sees what it is for. */
export const shownQuirks: readonly ShownQuirk[] = [
  {
    mend: "several-choices",
    manners: ["lmstudio", "llama-server", "ollama"],
    shows: "one choice, whatever `n` says; llama-server gives them, and counts the tokens of one",
  },
  {
    mend: "several-prompts",
    manners: ["lmstudio", "ollama"],
    shows: "400 for a list of prompts",
  },
  { mend: "prompt-tokens", manners: ["lmstudio", "ollama"], shows: "400 for token ids" },
  {
    mend: "tool-choice-ignored",
    manners: ["ollama"],
    shows: "a call although `none` was said, and text although one was required",
  },
  {
    mend: "system-first",
    manners: ["lmstudio"],
    shows: "400 for a system message after another one, by order of `x-simulator-quirks`",
  },
  { mend: "tool-strict", manners: ["lmstudio"], shows: "400 for `strict` on a tool" },
  { mend: "schema-dialect", manners: ["lmstudio"], shows: "400 for `$schema` in a tool's parameters" },
  {
    mend: "hidden-overflow",
    manners: ["lmstudio"],
    shows: "an empty success for a prompt over the context, by order of `x-simulator-fault` too",
  },
  {
    mend: "response-shape",
    manners: ["llama-server"],
    shows: "responses and events without most of their fields",
  },
  {
    mend: "logprobs-shape",
    manners: ["llama-server"],
    shows: "token ids, and 20 alternatives where none were asked for",
  },
  {
    mend: "embedding-batches",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "500 for more than two inputs, by order of `x-simulator-quirks`",
  },
  {
    mend: "image-format",
    manners: ["lmstudio", "llama-server"],
    shows: "400 for WebP that names no code",
  },
  { mend: "image-format-ollama", manners: ["ollama"], shows: "400 for GIF that names no code" },
  {
    mend: "image-url",
    manners: ["lmstudio", "ollama"],
    shows: "400 for web addresses that says nothing to do",
  },
  {
    mend: "image-on-text-model",
    manners: ["lmstudio"],
    shows: "an answer that does not speak of the image, as if there were none",
  },
  {
    mend: "required-tool-retry",
    manners: ["lmstudio", "vllm"],
    shows: "neither text nor call although a call was required, by order of `x-simulator-quirks`",
  },
  {
    mend: "legacy-functions",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "text, since `functions` is not known",
  },
  {
    mend: "stream-usage",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "chunks without `usage: null`; llama-server's completions tell usage unasked",
  },
  {
    mend: "answer-envelope",
    manners: ["lmstudio", "llama-server"],
    shows: "the model's name for a fingerprint, or completions under chat's id",
  },
  { mend: "usage-numbers", manners: ["lmstudio"], shows: "no tokens counted for embeddings" },
  {
    mend: "extra-fields",
    manners: ["lmstudio", "llama-server", "vllm"],
    shows: "`stats`, `timings`, `stop_reason`, `prompt_logprobs` and the like",
  },
  {
    mend: "tool-call-ids",
    manners: ["lmstudio", "llama-server", "vllm"],
    shows: "nine digits, 32 letters or another prefix; none at all by order of `x-simulator-quirks`",
  },
  { mend: "finish-reason", manners: ["vllm"], shows: "`stop` after a call that was demanded by name" },
  {
    mend: "single-tool-call",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "as many calls as it pleases, by order of `x-simulator-tool-calls` or where the user says twice",
  },
  {
    mend: "message-shape",
    manners: ["lmstudio", "llama-server", "ollama"],
    shows: "the role in every delta, content of null, empty `tool_calls`, no `logprobs`",
  },
  {
    mend: "reasoning-field",
    manners: ["lmstudio", "ollama", "vllm"],
    shows: "thoughts in `reasoning`, or between tags in the content of `simulated/qwq-think-tags`",
  },
  {
    mend: "tool-calls-in-text",
    manners: ["lmstudio", "vllm"],
    shows: "calls of `simulated/gemma-3-4b` as text between markers",
  },
  {
    mend: "structured-output-in-reasoning",
    manners: ["lmstudio"],
    shows: "empty content, and what was asked for among the thoughts of `simulated/deepseek-r1-8b`",
  },
  { mend: "developer-role", manners: ["vllm"], shows: "400, since the template knows no such role" },
  {
    mend: "tool-result-text",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "400 for a result that is an object; llama-server reads nothing in it",
  },
  { mend: "text-parts", manners: ["lmstudio"], shows: "400 for a list of no parts" },
  { mend: "null-content", manners: ["ollama"], shows: "400 for an assistant who said nothing" },
  { mend: "null-fields", manners: ["lmstudio"], shows: "400 that tells of a slip in the server's own code" },
  { mend: "empty-stop", manners: ["ollama"], shows: "an answer of nothing, stopped at once" },
  {
    mend: "max-completion-tokens",
    manners: ["lmstudio", "ollama"],
    shows: "an answer of full length, since only `max_tokens` is known",
  },
  { mend: "unlimited-max-tokens", manners: ["vllm"], shows: "400 for -1" },
  { mend: "tool-parameters", manners: ["lmstudio"], shows: "400 whose text is a JSON array of issues" },
  {
    mend: "named-tool-choice",
    manners: ["lmstudio", "llama-server", "ollama"],
    shows: "400, or a call of another tool, since only words are known or none at all",
  },
  { mend: "json-object-format", manners: ["lmstudio"], shows: "400 for `json_object`" },
  {
    mend: "openai-only-fields",
    manners: ["vllm"],
    shows: "400 for `store` and other fields of OpenAI's alone",
  },
  {
    mend: "embedding-tokens",
    manners: ["lmstudio", "llama-server", "ollama", "vllm"],
    shows: "400 for token ids, or the vector of other words",
  },
  { mend: "embedding-base64", manners: ["lmstudio"], shows: "floats, whatever is asked" },
  {
    mend: "embedding-dimensions",
    manners: ["lmstudio", "llama-server"],
    shows: "vectors of full length, whatever is asked",
  },
];
