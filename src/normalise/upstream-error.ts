/** Reads a backend's error in whatever shape it came and makes OpenAI's of it. Pure; knows no Response. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { ProxyError, type ProxyErrorFacts, unknownUrl } from "../errors.ts";
import { isJsonObject } from "../protocol/openai/fields.ts";
import { meaningOf, openaiType, promptField, withoutPaths } from "./error-kinds.ts";

export interface UpstreamErrorFacts {
  readonly backend: BackendPlan;
  readonly method: string;
  /** As the client asked for it. */
  readonly path: string;
  /** The backend's HTTP status; below 400 where the body alone tells that it is an error. */
  readonly status: number;
  readonly body: string;
  readonly headers?: Headers;
  /** Tells which field the prompt stands in. */
  readonly endpoint?: { readonly kind: string };
}

interface ErrorWords {
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly code: string | null;
  readonly param: string | null;
}

/** Rate limit and retry advice that clients act on. */
const keptHeaders = /^(retry-after(-ms)?|x-should-retry|x-ratelimit-.*)$/;

/** LM Studio's words for a route that it does not have; it sends them with status 200. */
const unknownRoute = /^unexpected endpoint or method/i;

export function normaliseUpstreamError(facts: UpstreamErrorFacts): ProxyError {
  const words = readWords(facts.body);
  if (unknownRoute.test(words.message ?? "")) return unknownUrl(facts.method, facts.path);
  const label = labelOf(facts.backend);
  if (facts.status === 401 || facts.status === 403) {
    return upstreamError(facts, {
      status: 502,
      type: "server_error",
      code: "backend_unauthorized",
      message: `${label} refused the proxy's key (HTTP ${facts.status}): set backends.${facts.backend.name}.api_key, or headers.`,
    });
  }
  const meaning = meaningOf(`${words.message ?? ""} ${words.type ?? ""}`);
  if (meaning !== undefined) {
    const field = meaning.code === "context_length_exceeded" ? promptField(facts.endpoint?.kind) : undefined;
    return upstreamError(facts, {
      ...meaning,
      param: meaning.param ?? field ?? words.param,
      message: withoutPaths(words.message ?? `${label} answered ${meaning.code}.`),
    });
  }
  const status = facts.status >= 400 ? facts.status : statusOfHiddenError(words);
  return upstreamError(facts, {
    status,
    type: openaiType(words.type) ?? (status < 500 ? "invalid_request_error" : "server_error"),
    code: words.code,
    param: words.param ?? quotedField(words.message),
    message: words.message ?? `${label} answered HTTP ${facts.status} ${describeBody(facts.body)}.`,
  });
}

function upstreamError(facts: UpstreamErrorFacts, error: ProxyErrorFacts): ProxyError {
  const kept = [...(facts.headers ?? [])].filter(([name]) => keptHeaders.test(name));
  return new ProxyError({
    ...error,
    origin: "upstream",
    headers: { ...error.headers, ...Object.fromEntries(kept) },
  });
}

/** An error that came with HTTP 200 is the client's fault only where it says so. */
function statusOfHiddenError(words: ErrorWords): number {
  if (words.code === "model_not_found") return 404;
  return words.type?.startsWith("invalid_request") === true ? 400 : 502;
}

function readWords(body: string): ErrorWords {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { message: undefined, type: undefined, code: null, param: null };
  }
  return wordsOf(parsed);
}

/** `error` as an object (OpenAI, llama-server, newer vLLM), as a string (LM Studio, Ollama), or nothing around it (older vLLM). */
function wordsOf(parsed: unknown): ErrorWords {
  const inner = isJsonObject(parsed) && "error" in parsed ? parsed["error"] : parsed;
  if (typeof inner === "string") return { ...wordsInText(inner), type: undefined, code: null };
  if (!isJsonObject(inner)) return { message: undefined, type: undefined, code: null, param: null };
  const outer = isJsonObject(parsed) ? parsed : {};
  // FastAPI, which vLLM runs on, tells of wrong fields as a list.
  if (Array.isArray(inner["detail"]))
    return { ...wordsOfIssues(inner["detail"], "loc", "msg"), type: undefined, code: null };
  const message = textOf(inner["message"]) ?? textOf(outer["message"]) ?? textOf(inner["detail"]);
  return {
    message,
    type: textOf(inner["type"]),
    code: textOf(inner["code"]) ?? null,
    param: textOf(inner["param"]) ?? null,
  };
}

/** LM Studio sends schema faults as a string that is itself a JSON list of issues with path and message. */
function wordsInText(text: string): { message: string; param: string | null } {
  if (!text.trimStart().startsWith("[")) return { message: text, param: null };
  let issues: unknown;
  try {
    issues = JSON.parse(text);
  } catch {
    return { message: text, param: null };
  }
  return Array.isArray(issues)
    ? wordsOfIssues(issues, "path", "message", text)
    : { message: text, param: null };
}

/** The first issue of a list, its path and message under the given names. */
function wordsOfIssues(
  issues: readonly unknown[],
  pathKey: string,
  messageKey: string,
  otherwise = "",
): { message: string; param: string | null } {
  const first = issues[0];
  const message = isJsonObject(first) ? textOf(first[messageKey]) : undefined;
  if (!isJsonObject(first) || message === undefined) return { message: otherwise, param: null };
  const path: readonly unknown[] = Array.isArray(first[pathKey]) ? first[pathKey] : [];
  const param = path
    .filter((part, index) => index > 0 || part !== "body")
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return { message: param === "" ? message : `${param}: ${message}`, param: param === "" ? null : param };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** LM Studio quotes the field at fault first: `'response_format.type' must be …`. */
function quotedField(message: string | undefined): string | null {
  return /^'([\w.[\]]+)' (field )?must be/.exec(message ?? "")?.[1] ?? null;
}

/** A page of HTML or plain text is not for a client's eyes; its title tells enough. */
function describeBody(body: string): string {
  const title = /<title[^>]*>([^<]{1,120})<\/title>/i.exec(body)?.[1]?.trim();
  if (title !== undefined) return `with a web page titled "${title}"`;
  return body.trim() === "" ? "with an empty body" : "without an error that OpenAI clients understand";
}
