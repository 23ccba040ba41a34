/** Which headers cross the proxy in either direction, and why the others stay. Knows no backend kind. */

/** By lower-case names; cheaper to build than `Headers` wherever that matters. */
export type HeaderMap = Map<string, string>;

/** RFC 9110 7.6.1: they speak of one connection, not of the message. */
const hopByHopHeaders: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const requestHeadersWithheld: ReadonlySet<string> = new Set([
  // The box has its own name, the body its own length, and answers have to arrive uncompressed.
  "host",
  "content-length",
  "accept-encoding",
  "expect",
  // The client's credentials and its OpenAI account are no business of a backend.
  "authorization",
  "api-key",
  "x-api-key",
  "cookie",
  "openai-organization",
  "openai-project",
  // Ollama refuses unknown origins, and CORS was settled at the proxy.
  "origin",
  "referer",
  "access-control-request-headers",
  "access-control-request-method",
  // What stands in front of the proxy is not told to what stands behind it.
  "forwarded",
  "via",
  "x-real-ip",
  "x-request-id",
]);

const requestPrefixesWithheld = ["x-forwarded-", "cf-", "sec-", "x-stainless-"];

const responseHeadersWithheld: ReadonlySet<string> = new Set([
  // The body may be changed or was decoded on the way; the runtime counts anew.
  "content-length",
  "content-encoding",
  "etag",
  // The proxy answers these for itself.
  "date",
  "server",
  "x-powered-by",
  "x-request-id",
  "set-cookie",
  "vary",
]);

/** What of the client's headers a backend gets to see, as a new object. */
export function forwardRequestHeaders(source: Headers): HeaderMap {
  const forwarded: HeaderMap = new Map();
  const connectionTokens = tokensOf(source.get("connection"));
  source.forEach((value, name) => {
    if (hopByHopHeaders.has(name) || requestHeadersWithheld.has(name) || connectionTokens.has(name)) return;
    for (const prefix of requestPrefixesWithheld) if (name.startsWith(prefix)) return;
    forwarded.set(name, value);
  });
  forwarded.set("accept-encoding", "identity");
  return forwarded;
}

/** What of a backend's headers the client gets to see, as a new object. */
export function forwardResponseHeaders(source: Headers): HeaderMap {
  const forwarded: HeaderMap = new Map();
  const connectionTokens = tokensOf(source.get("connection"));
  source.forEach((value, name) => {
    if (hopByHopHeaders.has(name) || responseHeadersWithheld.has(name) || connectionTokens.has(name)) return;
    if (!name.startsWith("access-control-")) forwarded.set(name, value);
  });
  return forwarded;
}

const noTokens: ReadonlySet<string> = new Set();

function tokensOf(connection: string | null): ReadonlySet<string> {
  return connection === null
    ? noTokens
    : new Set(connection.split(",").map((token) => token.trim().toLowerCase()));
}

/** The media type alone, lower case, without parameters; an empty string where there is none. */
export function mediaType(headers: Headers): string {
  const value = headers.get("content-type") ?? "";
  return (value.split(";", 1)[0] ?? "").trim().toLowerCase();
}
