/**
 * Puts another model name into JSON that has been parsed already: what is known of it then saves looking through its bytes.
 * Pure; where it cannot be sure it leaves the work to `splice.ts`.
 */
import { findStringEnd } from "./scan.ts";
import { spliceFields } from "./splice.ts";

/** How the key is spelled, unless a letter of it is escaped. */
const key = '"model"';
/** What every escape of one of its letters begins with. */
const escapedLetter = "\\u006";
/** Letters beyond ASCII further in than this are not looked for. */
const mostBefore = 512;

const quote = 0x22;
const colon = 0x3a;

/**
 * `text` is what the bytes decode to, and parses to an object whose own `model` is a string: so where the key is spelled
 * once in all of it, that is where it stands, on the outermost level. Undefined where that is not to be told.
 */
export function replaceOnlyModel<B extends ArrayBufferLike>(
  json: Uint8Array<B>,
  text: string,
  encodedName: Uint8Array,
): Uint8Array<B | ArrayBuffer> | undefined {
  const at = text.indexOf(key);
  if (at === -1 || text.includes(key, at + key.length) || text.includes(escapedLetter)) return undefined;
  if (!isSamePlace(at, text, json)) return undefined;
  let start = skipSpace(json, at + key.length);
  if (json[start] !== colon) return undefined;
  start = skipSpace(json, start + 1);
  if (json[start] !== quote) return undefined;
  const end = findStringEnd(json, start, json.length);
  return end === -1 ? undefined : spliceFields(json, [{ start, end, bytes: encodedName }]);
}

/** Whether a place in the text is the same one in its bytes: each letter before it is one byte. */
function isSamePlace(at: number, text: string, { length, [0]: first }: Uint8Array): boolean {
  if (text.length === length) return true;
  // A byte order mark is no part of the text.
  if (at > mostBefore || first !== text.charCodeAt(0)) return false;
  for (let index = 0; index < at; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function skipSpace(json: Uint8Array, from: number): number {
  let position = from;
  while (
    json[position] === 0x20 ||
    json[position] === 0x0a ||
    json[position] === 0x0d ||
    json[position] === 0x09
  )
    position += 1;
  return position;
}
