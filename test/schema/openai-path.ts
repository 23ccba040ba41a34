/** Which of OpenAI's endpoints a path stands for, by whatever door. Knows no answer, and not the proxy's own reading. */

export type Endpoint =
  | "chat"
  | "completions"
  | "embeddings"
  | "models"
  | "model"
  | "responses"
  | "input items"
  | "elsewhere"
  | "unknown";

/** In the order in which they are tried; the doors' own parts are taken off first. */
const endpoints: readonly (readonly [RegExp, Endpoint])[] = [
  [/^\/chat\/completions$/, "chat"],
  [/^\/completions$/, "completions"],
  [/^\/embeddings$/, "embeddings"],
  [/^\/models$/, "models"],
  [/^\/models\/.+$/, "model"],
  [/^\/responses(\/[^/]+)?$/, "responses"],
  [/^\/responses\/[^/]+\/input_items$/, "input items"],
  // Anthropic's answers and the proxy's own pages are not OpenAI's.
  [/^\/messages(\/.*)?$/, "elsewhere"],
  [/^\/$/, "elsewhere"],
  [/^\/health(\/.*)?$/, "elsewhere"],
];

/** Takes a path without query. */
export function endpointOf(path: string): Endpoint {
  const route = path
    .replace(/\/{2,}/g, "/")
    .replace(/(?<=.)\/$/, "")
    .replace(/^(\/v1)+(?=\/)/, "")
    .replace(/^\/openai\/deployments\/[^/]+(?=\/)/, "")
    .replace(/^\/openai(?=\/)/, "")
    .replace(/^(\/v1)+(?=\/)/, "")
    .replace(/^\/engines\/.+?(?=\/(chat\/completions|completions|embeddings)$)/, "")
    .replace(/^\/engines(?=\/|$)/, "/models");
  return endpoints.find(([pattern]) => pattern.test(route))?.[1] ?? "unknown";
}
