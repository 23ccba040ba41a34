/** Reads what a backend says of an error, in whatever shape it came: object, string, flat, nested JSON, FastAPI's list. Knows no status. */
import { isJsonObject } from "../protocol/openai/fields.ts";

export interface ErrorWords {
  readonly message: string | undefined;
  readonly type: string | undefined;
  /** Never a number in text: SDKs take `code` for a name. */
  readonly code: string | null;
  readonly param: string | null;
  /** A number given as `code` or `status`: with some servers the only trace of the HTTP status. */
  readonly claimedStatus: number | undefined;
}

const noWords: ErrorWords = {
  message: undefined,
  type: undefined,
  code: null,
  param: null,
  claimedStatus: undefined,
};

/** JSON inside a string inside JSON: deeper than this nobody goes. */
const maxDepth = 8;

/** A longer text without JSON is a page or a log, not a message. */
const maxPlainText = 500;

export function readErrorWords(body: string): ErrorWords {
  const parsed = parseJson(body);
  return parsed === undefined ? wordsInPlainText(body.trim()) : wordsIn(parsed, 0);
}

function wordsInPlainText(text: string): ErrorWords {
  const isOneLine = !/[\n\r]/.test(text) && text.length <= maxPlainText;
  return isOneLine && /^[^<{[]*[a-z]/i.test(text) ? { ...noWords, message: text } : noWords;
}

function wordsIn(value: unknown, depth: number): ErrorWords {
  if (depth > maxDepth) return noWords;
  if (typeof value === "string") return wordsInText(value, depth);
  if (Array.isArray(value)) return wordsInList(value, depth);
  return isJsonObject(value) ? wordsInObject(value, depth) : noWords;
}

/** LM Studio sends schema faults as a string that is itself a JSON list; gateways put a whole error body into a message. */
function wordsInText(text: string, depth: number): ErrorWords {
  if (text.trim() === "") return noWords;
  const json = /^(?:[\w .:]{0,40}\b\d{3}\b[:\s-]*)?([[{].*)$/s.exec(text.trim())?.[1];
  const parsed = json === undefined ? undefined : parseJson(json);
  const words = parsed === undefined ? pydanticWords(text) : wordsIn(parsed, depth + 1);
  return words.message === undefined ? { ...noWords, message: text } : words;
}

function wordsInObject(value: Record<string, unknown>, depth: number): ErrorWords {
  const inner = ["error", "errors", "detail"].map((key) => value[key]).find(isTelling);
  const own = ownWords(value, depth);
  if (inner === undefined) return own;
  const words = wordsIn(inner, depth + 1);
  return {
    message: words.message ?? own.message,
    type: words.type ?? own.type,
    code: words.code ?? own.code,
    param: words.param ?? own.param,
    claimedStatus: words.claimedStatus ?? own.claimedStatus,
  };
}

function isTelling(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : typeof value === "object" && value !== null;
}

/** The fields that stand side by side in OpenAI's object, in older vLLM's flat one, and in problem documents. */
function ownWords(value: Record<string, unknown>, depth: number): ErrorWords {
  const said = [value["message"], value["msg"], value["reason"], value["title"]].find(isTelling);
  const words = Array.isArray(said) ? wordsInList(said, depth) : wordsIn(said, depth + 1);
  const code = textOf(value["code"]);
  return {
    message: words.message,
    type: textOf(value["type"]) ?? words.type,
    code: code === undefined || isNumeric(code) ? words.code : code,
    param: textOf(value["param"]) ?? pathOf(value["path"] ?? value["loc"]) ?? words.param,
    claimedStatus: [value["code"], value["status"]].map(statusIn).find(Boolean) ?? words.claimedStatus,
  };
}

/** Issues with a path each (zod's `path`, FastAPI's `loc`): the first one is told, with its path before it. Or texts, all told. */
function wordsInList(list: readonly unknown[], depth: number): ErrorWords {
  const texts = list.filter((entry) => typeof entry === "string");
  if (texts.length > 0 && texts.length === list.length) return { ...noWords, message: texts.join("; ") };
  const first = list.find(isJsonObject);
  if (first === undefined) return noWords;
  const { type: _kind, code: _issue, ...words } = wordsIn(first, depth + 1);
  return { ...noWords, ...words, message: withPath(words.message, words.param) };
}

/** Newer vLLM puts Python's own print of an issue into the message: `{'loc': ('body', 'foo'), 'msg': '…'}`. */
function pydanticWords(text: string): ErrorWords {
  const [, loc, single, double] =
    /'loc': \(([^()]{0,500})\), 'msg': (?:'((?:[^'\\]|\\.){0,1000})'|"((?:[^"\\]|\\.){0,1000})")/.exec(
      text,
    ) ?? [];
  if (loc === undefined) return noWords;
  const parts = [...loc.matchAll(/'([^']*)'|(\d+)/g)].map(([, name, index]) => name ?? Number(index));
  const param = pathOf(parts);
  return { ...noWords, param, message: withPath(single ?? double, param) };
}

function withPath(message: string | undefined, param: string | null): string | undefined {
  return message === undefined || param === null ? message : `${param}: ${message}`;
}

/** `["body", "messages", 0, "role"]` as `messages[0].role`; where in the HTTP request it stood is FastAPI's own affair. */
function pathOf(parts: unknown): string | null {
  if (!Array.isArray(parts)) return null;
  const named = parts[0] === "body" ? parts.slice(1) : parts;
  const path = named
    .map((part: unknown) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return path.replace(/^\./, "") || null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isNumeric(text: string): boolean {
  return /^-?\d+$/.test(text.trim());
}

function statusIn(value: unknown): number | undefined {
  const status = typeof value === "string" && isNumeric(value) ? Number(value) : value;
  return typeof status === "number" && status >= 400 && status <= 599 ? status : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
