/** What backends' errors mean, told by their words, since their statuses and types do not. Pure; data and one lookup. */

/** What a backend said. */
export interface SaidError {
  readonly message: string;
  readonly type: string | undefined;
  readonly code: string | null;
  /** The HTTP status, or the one that the words claim; undefined where there is none of an error. */
  readonly status: number | undefined;
}

export interface ErrorMeaning {
  readonly status: number;
  readonly type: "invalid_request_error" | "server_error";
  readonly code: string | null;
  /** `content` stands for the endpoint's own field for the model's input. */
  readonly param?: "content" | "model";
  readonly headers?: Readonly<Record<string, string>>;
}

interface ErrorKind extends ErrorMeaning {
  readonly wording: RegExp;
  /** Where the wording alone would match too much. */
  applies?(said: SaidError): boolean;
}

const clientFault = { status: 400, type: "invalid_request_error", code: null } as const;
const serverFault = { type: "server_error", headers: { "x-should-retry": "false" } } as const;

const contextOverflow = {
  ...clientFault,
  code: "context_length_exceeded",
  param: "content",
} as const satisfies ErrorMeaning;

const modelNotFound = {
  status: 404,
  type: "invalid_request_error",
  code: "model_not_found",
  param: "model",
} as const satisfies ErrorMeaning;

const loadFailure = /(failed|unable) to load( the)? model|error loading model/i;

/** Tried in order: a model that could not be loaded may speak of memory and of n_ctx. */
const errorKinds: readonly ErrorKind[] = [
  // Ollama's and CUDA's words for a model that does not fit. (continue#9976)
  {
    wording:
      /requires more system memory|\bout of memory|not enough memory|insufficient (system )?(memory|resources)/i,
    status: 503,
    type: "server_error",
    code: "model_load_failed",
  },
  // continue#10150
  {
    wording: loadFailure,
    applies: ({ message }) => /\b(memory|resources|v?ram)\b/i.test(message),
    status: 503,
    type: "server_error",
    code: "model_load_failed",
  },
  { wording: loadFailure, ...serverFault, status: 500, code: "model_load_failed" },
  // Evicted for another client's model: asking again loads it again. (BT#671, BT#1796)
  {
    wording: /\bmodel (is |was |has been )?unloaded\b/i,
    status: 503,
    type: "server_error",
    code: "model_unloaded",
  },
  {
    wording: /^loading model|\bmodel is (still )?loading\b/i,
    status: 503,
    type: "server_error",
    code: "model_loading",
    headers: { "retry-after": "5" },
  },
  // mdc-ng#451, goai#110, BT#1347
  {
    wording:
      /^channel error|^compute error|the model has crashed|runner process (has terminated|no longer running)|\bEngineDeadError\b|^EngineCore encountered|\bCUDA error\b|\bGGML_ASSERT\b/i,
    status: 502,
    type: "server_error",
    code: "backend_crashed",
  },
  // BT#1730, OpenBiliClaw#12; vLLM
  {
    wording:
      /^no models? loaded|\bmodel ['"`][^'"`]{1,512}['"`] (was )?not found|\bthe model ['"`][^'"`]{1,512}['"`] does not exist/i,
    ...modelNotFound,
  },
  // BT#237, #546, #2205, #2256, #2322, #2339; vLLM
  {
    wording:
      /tokens to keep from the initial prompt|when context the overflows|context size has been exceeded|\bn_keep\b|\bn_ctx\b|maximum context length/i,
    ...contextOverflow,
  },
  // llama.cpp#15780, Ollama's embeddings, vLLM's prompts, MLX
  {
    wording:
      /\b(exceed(s|ed|ing)?|longer than|larger than|greater than|over)\b[^.\n]{0,60}\b(context (size|length|window)|maximum model length|max_model_len)\b/i,
    ...contextOverflow,
  },
  {
    wording:
      /\bcontext[ _](size|length|window)\b[^.\n]{0,20}\bexceeded|\b(prompt|input) is too long\b|too large to process\. increase the physical batch/i,
    ...contextOverflow,
  },
  // BT#393, #535, #1342; zed#45379
  {
    wording: /\bjinja|conversation roles must alternate|error rendering prompt|chat template error/i,
    ...clientFault,
    code: "prompt_template_failed",
    param: "content",
  },
  // llama-server calls the client's mistakes its own (recorded: chat-image-unsupported, err-bad-json, tools-malformed, …)
  {
    wording: /^(image|audio|video) input is not supported|\bunsupported content\[\]/i,
    ...clientFault,
    code: "unsupported_content",
    param: "content",
  },
  {
    wording:
      /\[json\.exception\.|^failed to parse (tools|tool call arguments|messages|grammar)|^['"]\w+['"] (is required|must not be empty)|\bfailed to (load|decode) image/i,
    applies: ({ status }) => status === undefined || status >= 500,
    ...clientFault,
  },
  // A slip in LM Studio's own code (optillm#272)
  {
    wording: /^cannot read propert(y|ies) of (null|undefined)/i,
    ...serverFault,
    status: 500,
    code: null,
  },
];

/** Undefined where the words say nothing that the backend's status does not. */
export function meaningOf(said: SaidError): ErrorMeaning | undefined {
  if (said.code === contextOverflow.code || said.type === "exceed_context_size_error") return contextOverflow;
  if (said.code === modelNotFound.code) return modelNotFound;
  return errorKinds.find(({ wording, applies }) => wording.test(said.message) && (applies?.(said) ?? true));
}
