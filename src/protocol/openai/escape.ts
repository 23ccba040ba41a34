/** Tells whether an escape in a JSON string runs over a place. Pure. */

const backslash = 0x5c;

/** Whether the byte at `place` belongs to an escape before it; `from` is a place within the string that none runs over. */
export function isEscaped(json: Uint8Array, from: number, place: number): boolean {
  let backslashes = 0;
  while (place - backslashes > from && json[place - backslashes - 1] === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
