/** Reads and tidies request paths: doubled and trailing slashes, with and without /v1. Knows no route table. */

/** The path of an absolute URL, still percent-encoded, without query and fragment. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return "/";
  const hash = url.indexOf("#", start);
  const query = url.indexOf("?", start);
  const end = query === -1 || (hash !== -1 && hash < query) ? hash : query;
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

/** The query with its question mark as a backend is to get it: without Azure's api-version, which speaks to Azure alone. */
export function forwardQuery(url: string): string {
  const start = url.indexOf("?");
  if (start === -1) return "";
  const end = url.indexOf("#", start);
  const query = end === -1 ? url.slice(start + 1) : url.slice(start + 1, end);
  const kept = query.split("&").filter((part) => !part.startsWith("api-version="));
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
}

/** One slash where there were several, none at the end: `/v1//models/` is `/v1/models`. */
export function tidyPath(path: string): string {
  const single = path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
  return single.length > 1 && single.endsWith("/") ? single.slice(0, -1) : single;
}

/** The path that routes are matched by: tidied, and without any leading /v1, so `/v1/v1/models/` is `/models`. */
export function routePath(path: string): string {
  let tidy = tidyPath(path);
  while (tidy === "/v1" || tidy.startsWith("/v1/")) tidy = tidy.slice(3);
  return tidy === "" ? "/" : tidy;
}

/** First segments of OpenAI's API, which backends serve under /v1 only. */
const openaiRoots: ReadonlySet<string> = new Set([
  "assistants",
  "audio",
  "batches",
  "chat",
  "completions",
  "containers",
  "conversations",
  "embeddings",
  "engines",
  "evals",
  "files",
  "fine_tuning",
  "images",
  "messages",
  "models",
  "moderations",
  "realtime",
  "rerank",
  "responses",
  "threads",
  "uploads",
  "vector_stores",
  "videos",
]);

/**
 * The path to ask a backend for: OpenAI's own paths get exactly one /v1, a backend's native ones stay as they are.
 * `route` is what is left of `path` without versions and doors.
 */
export function upstreamPath(path: string, route: string = routePath(path)): string {
  const root = route.split("/", 2)[1] ?? "";
  const hadVersion = route !== tidyPath(path);
  return hadVersion || openaiRoots.has(root) ? `/v1${route}` : route;
}
