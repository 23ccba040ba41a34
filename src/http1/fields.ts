/** The head of a message: where it ends, its text, its fields. Strict: what two readers could take differently is refused. */

/** By lower-case names. What came several times is joined, as `Headers` joins it; cookies that are set stay apart. */
export type Fields = ReadonlyMap<string, string | readonly string[]>;

/** A longer head is refused: as much as Node takes. */
export const mostHeadBytes = 16 * 1024;

const [tab, lineFeed, carriageReturn, lastControl] = [9, 10, 13, 31];

/** An empty line before a request is no request: RFC 9112 2.2. */
export function withoutEmptyLines(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let start = 0;
  while (bytes[start] === carriageReturn && bytes[start + 1] === lineFeed) start += 2;
  return start === 0 ? bytes : bytes.subarray(start);
}

/**
 * The index behind the empty line that ends a head, looked for from `from` on; -1 while it has not come. Looks at the byte
 * that would be the last of the four, and leaves out as many as it rules out.
 */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  let last = from + 3;
  while (last < bytes.length) {
    const byte = bytes[last];
    if (byte === carriageReturn) last += 1;
    else if (byte !== lineFeed) last += 4;
    else if (
      bytes[last - 1] === carriageReturn &&
      bytes[last - 2] === lineFeed &&
      bytes[last - 3] === carriageReturn
    )
      return last + 1;
    else last += 2;
  }
  return -1;
}

/** Whether what has come of a head may still become one; looked at from `from` on, where all before was in order. */
export function mayBecomeHead(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const isAfterReturn = at > 0 && bytes[at - 1] === carriageReturn;
    if ((byte === lineFeed) !== isAfterReturn) return false;
    if (byte <= lastControl && byte !== tab && byte !== carriageReturn && byte !== lineFeed) return false;
  }
  return true;
}

// What begins with the three bytes of a byte order mark begins with them.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Each byte a character, as the fields of HTTP are. */
export function textOf(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  // What is more than ASCII comes out shorter than its bytes, or as a mark of replacement.
  const isAscii = text.length === bytes.byteLength && !text.includes("\ufffd");
  return isAscii ? text : Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Such as a name or a method: RFC 9110 5.6.2. */
export const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/.test(text);

/** Whether it is lines with their ends that hold nothing else than they may: no controls, nothing that is more than a byte. */
export const areLines = (text: string): boolean => /^(?:[\t\x20-\x7e\x80-\xff]*\r\n)*$/.test(text);

/** Reads the lines from `at` on, each with its line end; undefined where one, or what stands before them, is malformed. */
export function parseFields(text: string, at: number): Fields | undefined {
  // All values at once: each by itself would cost as much.
  if (!areLines(text)) return undefined;
  const fields = new Map<string, string | string[]>();
  while (at < text.length) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (end === -1 || colon === -1 || colon > end) return undefined;
    const name = lowerName(text.slice(at, colon));
    const value = trimmed(text, colon + 1, end);
    if (name === undefined) return undefined;
    const before = fields.get(name);
    if (before === undefined) fields.set(name, name === "set-cookie" ? [value] : value);
    else if (typeof before !== "string") before.push(value);
    else fields.set(name, `${before}${name === "cookie" ? ";" : ","} ${value}`);
    at = end + 2;
  }
  return fields;
}

/** As clients and boxes write them: neither checked nor changed a second time. */
const usualNames: ReadonlyMap<string, string> = new Map(
  [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Allow-Origin",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "ETag",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Retry-After",
    "Sec-Fetch-Mode",
    "Server",
    "Transfer-Encoding",
    "User-Agent",
    "Vary",
    "OpenAI-Model",
    "OpenAI-Organization",
    "OpenAI-Processing-Ms",
    "OpenAI-Version",
    "X-API-Key",
    "X-Powered-By",
    "X-Proxy-Backend",
    "X-Proxy-Mends",
    "X-Proxy-Model",
    "X-Proxy-Variant",
    "X-RateLimit-Limit-Requests",
    "X-RateLimit-Limit-Tokens",
    "X-RateLimit-Remaining-Requests",
    "X-RateLimit-Remaining-Tokens",
    "X-RateLimit-Reset-Requests",
    "X-RateLimit-Reset-Tokens",
    "X-Request-Id",
    "X-Stainless-Arch",
    "X-Stainless-Async",
    "X-Stainless-Lang",
    "X-Stainless-OS",
    "X-Stainless-Package-Version",
    "X-Stainless-Read-Timeout",
    "X-Stainless-Retry-Count",
    "X-Stainless-Runtime",
    "X-Stainless-Runtime-Version",
    "X-Stainless-Timeout",
  ].flatMap((name): [string, string][] => [
    [name, name.toLowerCase()],
    [name.toLowerCase(), name.toLowerCase()],
  ]),
);

/** Whether it is the name of a field. */
export const isName = (name: string): boolean => usualNames.has(name) || isToken(name);

function lowerName(name: string): string | undefined {
  return usualNames.get(name) ?? (isToken(name) ? name.toLowerCase() : undefined);
}

const isBlank = (code: number) => code === 32 || code === 9;

/** The part of a text without the blanks around it. */
function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The words of a list such as `connection`, in lower case. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (typeof value !== "string") return [];
  return value.split(",").map((word) => trimmed(word, 0, word.length).toLowerCase());
}

/** A body's length in bytes as a field tells it; undefined where that is no length. */
export function parseLength(value: string): number | undefined {
  const length = /^\d{1,16}$/.test(value) ? Number(value) : NaN;
  return Number.isSafeInteger(length) ? length : undefined;
}
