/** What backends' errors mean, told by their words, since their statuses and types do not. Pure; data and one lookup. */

export interface ErrorMeaning {
  readonly status: number;
  readonly type: "invalid_request_error" | "server_error";
  readonly code: string | null;
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface ErrorKind extends ErrorMeaning {
  readonly wording: RegExp;
}

/** Tried in order. The first group are the texts of prompts that are too long (BT#237, #546, #2205, #2256, #2322; vLLM; llama-server). */
const errorKinds: readonly ErrorKind[] = [
  {
    wording:
      /tokens to keep from the initial prompt|when context the overflows|context size has been exceeded|exceeds? the available context size|maximum context length|exceed_context_size|\bn_keep\b|\bn_ctx\b|context (length|window) (is )?exceeded/i,
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
  },
  {
    wording: /error rendering prompt with jinja template/i,
    status: 400,
    type: "invalid_request_error",
    code: "prompt_template_failed",
    param: "messages",
  },
  {
    wording: /(image|audio) input is not supported|unsupported content\[\]/i,
    status: 400,
    type: "invalid_request_error",
    code: "unsupported_content",
    param: "messages",
  },
  {
    wording:
      /failed to load model.*(memory|resources)|requires more system memory|insufficient (system )?(memory|resources)/is,
    status: 503,
    type: "server_error",
    code: "model_load_failed",
  },
  { wording: /failed to load model/i, status: 500, type: "server_error", code: "model_load_failed" },
  {
    wording: /model (is |was |has been )?unloaded/i,
    status: 503,
    type: "server_error",
    code: "model_unloaded",
  },
  {
    wording: /no models? loaded|model ['"`].+['"`] not found|model_not_found/i,
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
  },
  {
    wording: /^loading model/i,
    status: 503,
    type: "server_error",
    code: "model_loading",
    headers: { "retry-after": "5" },
  },
  {
    wording: /^channel error|^compute error|the model has crashed/i,
    status: 502,
    type: "server_error",
    code: "backend_crashed",
  },
];

/** Undefined where the words say nothing that the backend's status does not. */
export function meaningOf(words: string): ErrorMeaning | undefined {
  return errorKinds.find(({ wording }) => wording.test(words));
}

/** Other vendors' names of error types in OpenAI's words; OpenAI's own and unknown ones stay. */
const typeNames: Readonly<Record<string, string>> = {
  BadRequestError: "invalid_request_error",
  NotFoundError: "invalid_request_error",
  UnprocessableEntityError: "invalid_request_error",
  invalid_request: "invalid_request_error",
  not_found_error: "invalid_request_error",
  exceed_context_size_error: "invalid_request_error",
  not_supported_error: "invalid_request_error",
  authentication_error: "invalid_request_error",
  permission_error: "invalid_request_error",
  InternalServerError: "server_error",
  ServiceUnavailableError: "server_error",
  unavailable_error: "server_error",
  api_error: "server_error",
};

export function openaiType(type: string | undefined): string | undefined {
  return type === undefined ? undefined : (typeNames[type] ?? type);
}

/** The field that a prompt stands in, by endpoint. */
export function promptField(endpoint: string | undefined): string {
  if (endpoint === "completions") return "prompt";
  return endpoint === "embeddings" || endpoint === "responses" ? "input" : "messages";
}

/** A message without the paths of the backend's files. */
export function withoutPaths(message: string): string {
  return message.replace(/(^|[\s"'(`])(?:[A-Za-z]:\\|\/(?:[\w.@-]+\/))[^\s"')`]*/g, "$1[path]");
}
