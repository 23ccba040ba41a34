/** Finds the request's field that a backend's message names. Pure; knows no error kinds. */

/** Each has the name in its first group. */
const patterns: readonly RegExp[] = [
  /^'([\w.[\]]+)' (?:field )?(?:must be|is required|is not supported|is too|cannot|should)/i,
  /^"([\w.[\]]+)" (?:must|is required|or "\w+" must)/i,
  /^Expected '([\w.[\]]+)' to be/i,
  /^Invalid '([\w.[\]]+)'/i,
  /^(?:Missing|Unknown|Unsupported) (?:required )?(?:parameter|field):? '([\w.[\]]+)'/i,
  /\bField '([\w.[\]]+)':/,
  /^Invalid (tool_choice|response_format|messages|tools|input|stop|logit_bias)\b/i,
  /^(response_format|tool_choice|stream_options|max_tokens|logprobs|top_logprobs|temperature|top_p)\b.{0,20} must/i,
  /^Failed to parse (messages|tools)\b/i,
];

/** The field's JSON path, in the words of the endpoint; null where the message names none. */
export function findParam(message: string | undefined, kind: string | undefined): string | null {
  if (message === undefined) return null;
  for (const pattern of patterns) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return ownName(name, kind);
  }
  return null;
}

/** The servers behind know one name for the text, whichever door it came through. */
function ownName(name: string, kind: string | undefined): string {
  const isInput = kind === "embeddings" || kind === "responses";
  return isInput && (name === "prompt" || name === "content") ? "input" : name;
}

const contentParams: Readonly<Record<string, string>> = {
  messages: "messages",
  chat: "messages",
  completions: "prompt",
  embeddings: "input",
  responses: "input",
};

/** The field that holds the model's input. */
export function contentParam(kind: string | undefined): string | null {
  return contentParams[kind ?? ""] ?? null;
}

const kindByPath: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, "chat"],
  [/\/messages$/, "messages"],
  [/\/completions$/, "completions"],
  [/\/embeddings$/, "embeddings"],
  [/\/responses$/, "responses"],
];

/** What kind of endpoint a path is, for errors that are met where only the path is known. */
export function endpointKindOf(path: string): string | undefined {
  const [plain = ""] = path.split("?");
  return kindByPath.find(([pattern]) => pattern.test(plain))?.[1];
}
