/** Known differences that the proxy leaves as they are, each with its reason. Data only. */

export interface NotMended {
  readonly what: string;
  readonly why: string;
}

export const notMended: readonly NotMended[] = [
  {
    what: "`logprobs` is null on chat answers of LM Studio although they were asked for",
    why: "The numbers exist only inside the model; the field is there, as OpenAI's schema wants it.",
  },
  {
    what: "A very long answer of LM Studio ends early with `finish_reason` stop",
    why: "Nothing in the answer tells it from one that is complete.",
  },
  {
    what: "Ollama cuts a prompt that is longer than its `num_ctx` without a word",
    why: "Its OpenAI endpoints take no `num_ctx`: raise it in a Modelfile or by OLLAMA_CONTEXT_LENGTH.",
  },
  {
    what: "LM Studio writes garbage after a tool result that overflows the context",
    why: "Without the model's tokenizer nobody can count in advance what fits.",
  },
  {
    what: "`completion_tokens` of LM Studio is one less than `max_tokens` when an answer is cut by length",
    why: "It is the backend's count; a corrected number would be a guess.",
  },
  {
    what: "An answer holds reasoning and no text, with `finish_reason` stop",
    why: "The model said nothing else; reasoning shown as an answer would be wrong more often than right.",
  },
  {
    what: "Several large requests to one LM Studio fail together when its shared cache is full",
    why: "The box decides how much it takes at once; send it fewer at a time.",
  },
  {
    what: "`reasoning_effort` has no effect on some models",
    why: "It passes untouched; the model's template decides.",
  },
  {
    what: "A non-streaming answer that takes longer than a tunnel waits ends as 524",
    why: "Only bytes keep such a line open, and a JSON answer has none before its end: stream it.",
  },
  {
    what: "An answer that the C# library OpenAI_API gets as an error inside a stream is empty there",
    why: "It reads no errors in streams. Errors before the first frame keep their HTTP status, which it does read.",
  },
];
