/** What is made good for every backend, outside the table of mends, and cannot be switched off. Data only. */

export interface AlwaysDone {
  readonly what: string;
  readonly how: string;
}

export const alwaysDone: readonly AlwaysDone[] = [
  {
    what: "Errors as a string, as JSON in a string, flat, with integer codes, as HTML or empty; with status 200 too",
    how: "OpenAI's object with a string or null as `code`, a true status, and the parameter that the text names.",
  },
  {
    what: "Two JSON documents in one body, or half of one (openai-dotnet#350)",
    how: "502, and not the first of the two.",
  },
  {
    what: "Status 200 for a path that LM Studio does not have",
    how: "404 `Invalid URL`; `/v1/models/{id}`, which it lacks, is answered from the list.",
  },
  {
    what: "Texts about `n_ctx`, `n_keep` or the context's size, whole or in a stream",
    how: "400 `context_length_exceeded` with the parameter that holds the input.",
  },
  {
    what: "A failed chat template, a crashed engine, an unloaded model, a model that does not fit",
    how: "400 `prompt_template_failed`, 502 `backend_crashed`, 503 `model_unloaded`, 503 or 500 `model_load_failed`, without local paths.",
  },
  {
    what: "A backend's own 401 or 403",
    how: "502 `backend_unauthorized`: the client's key is not what was refused, and it is never sent on.",
  },
  {
    what: "An error as the first event of a stream",
    how: "A true HTTP status; later ones are one `data:` line with OpenAI's error object, and nothing comes after them.",
  },
  {
    what: "A stream that breaks off, or ends without a finish reason",
    how: "An error event and no `[DONE]`, so that half an answer is never taken for a whole one.",
  },
  {
    what: "A whole answer to a request for a stream",
    how: "It is sent as a stream of chunks.",
  },
  {
    what: "A name of the model that is not the one asked for, with `@quant` or `:2` or a loaded model's own",
    how: "Every answer and event carries the name that the client asked for.",
  },
  {
    what: "Silence while a model loads or a long prompt is read, or from a box that hangs",
    how: "SSE comments at `stream.heartbeat`; the answer is given up after `stream.idle_timeout`.",
  },
  {
    what: "Doubled slashes, paths without `/v1` or with two, Azure's and the engines' paths, `api-key` beside `Authorization`",
    how: "All lead to the same endpoints.",
  },
  {
    what: "Headers that clients read one after the other and lose from the first missing one on",
    how: "`openai-organization`, `x-request-id`, `openai-processing-ms`, `openai-version` and `openai-model` are on every answer, streams included.",
  },
  {
    what: "`/v1/responses` without memory, without parts of its events, or without heed of `text.format`",
    how: "Translated to chat completions and back, with stored responses, where `backends.NAME.responses` leaves it to the proxy.",
  },
];
