/** Makes OpenAI's error of a backend's, in whatever shape it came. Pure; knows no Response. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { ProxyError, unknownUrl } from "../errors.ts";
import { type ErrorMeaning, meaningOf } from "./error-kinds.ts";
import { statusOfType, toErrorType } from "./error-type.ts";
import { type ErrorWords, readErrorWords } from "./error-words.ts";
import { contentParam, endpointKindOf, findParam } from "./named-param.ts";
import { toPublicText } from "./public-text.ts";

export interface UpstreamErrorFacts {
  readonly backend: BackendPlan;
  readonly method: string;
  /** As the client asked for it. */
  readonly path: string;
  /** Tells what the client calls its input; where it is left out the path does. */
  readonly endpoint?: { readonly kind: string };
  /** The backend's HTTP status; below 400 where the body alone tells that it is an error. */
  readonly status: number;
  readonly body: string;
  readonly headers?: Headers;
}

/** Rate limit and retry advice that clients act on. */
const keptHeaders = /^(retry-after(-ms)?|x-should-retry|x-ratelimit-.*)$/;

/** LM Studio's words for a route that it does not have; it sends them with status 200. */
const unknownRoute = /^unexpected endpoint or method/i;

/** llama-server's, Ollama's and FastAPI's words for the same, which come with 404. */
const routeNotFound = /^(file not found|404 page not found|not found)\.?$/i;

export function normaliseUpstreamError(facts: UpstreamErrorFacts): ProxyError {
  const words = readErrorWords(facts.body);
  const said = words.message ?? "";
  const claimed = facts.status >= 400 ? facts.status : claimedStatus(words);
  if (unknownRoute.test(said) || (claimed === 404 && routeNotFound.test(said))) {
    return unknownUrl(facts.method, facts.path);
  }
  if (claimed === 401 || claimed === 403) return refusedKey(facts, claimed);
  const meaning = meaningOf({ ...words, message: said, status: claimed });
  const kind = facts.endpoint?.kind ?? endpointKindOf(facts.path);
  const param = words.param ?? findParam(words.message, kind);
  const status = meaning?.status ?? claimed ?? (param === null ? 502 : 400);
  return upstreamError(facts, {
    status,
    type: meaning?.type ?? toErrorType(words.type, status),
    code: meaning === undefined ? codeOf(words, status) : meaning.code,
    param: paramOf(meaning, kind) ?? param,
    message:
      toPublicText(words.message) ??
      `${labelOf(facts.backend)} answered HTTP ${facts.status} ${describeBody(facts.body)}.`,
    headers: meaning?.headers ?? (status === 501 ? { "x-should-retry": "false" } : {}),
  });
}

interface Told {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string | null;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the backend advises goes before what is advised for this kind of failure. */
function upstreamError(facts: UpstreamErrorFacts, error: Told): ProxyError {
  const kept = [...(facts.headers ?? [])].filter(([name]) => keptHeaders.test(name));
  return new ProxyError({
    ...error,
    origin: "upstream",
    headers: { ...error.headers, ...Object.fromEntries(kept) },
  });
}

/** The client's key is not what the backend refused, so it is not a 401 to the client. */
function refusedKey(facts: UpstreamErrorFacts, status: number): ProxyError {
  return upstreamError(facts, {
    status: 502,
    type: "server_error",
    code: "backend_unauthorized",
    message: `${labelOf(facts.backend)} refused the proxy's key (HTTP ${status}): set backends.${facts.backend.name}.api_key, or headers.`,
    headers: { "x-should-retry": "false" },
  });
}

/** The status that an error which came with HTTP 200 would have had, where its words tell. */
function claimedStatus({ code, type, claimedStatus: number }: ErrorWords): number | undefined {
  if (code === "invalid_api_key") return 401;
  return number ?? statusOfType(type);
}

function codeOf({ code }: ErrorWords, status: number): string | null {
  return code ?? (status === 429 ? "rate_limit_exceeded" : null);
}

function paramOf(meaning: ErrorMeaning | undefined, kind: string | undefined): string | null {
  return meaning?.param === "content" ? contentParam(kind) : (meaning?.param ?? null);
}

/** A page of HTML or a log is not for a client's eyes; its title tells enough. */
function describeBody(body: string): string {
  const title = toPublicText(/<title[^>]{0,200}>([^<]{1,120})<\/title>/i.exec(body)?.[1]);
  if (title !== undefined) return `with a web page titled "${title}"`;
  return body.trim() === "" ? "with an empty body" : "without an error that OpenAI clients understand";
}
