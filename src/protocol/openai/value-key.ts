/** Tells by the bytes before a JSON value which key it has. Pure; knows no endpoint. */

const colon = 0x3a;

/** Whether the value that begins at `start` has one of the keys, which are given with their quotes. */
export function hasKey(json: Uint8Array, start: number, keys: readonly Uint8Array[]): boolean {
  const colonAt = skipSpaceBack(json, start - 1);
  if (json[colonAt] !== colon) return false;
  const keyEnd = skipSpaceBack(json, colonAt - 1) + 1;
  return keys.some((key) => {
    const keyStart = keyEnd - key.byteLength;
    return keyStart >= 0 && key.every((byte, index) => json[keyStart + index] === byte);
  });
}

function skipSpaceBack(json: Uint8Array, from: number): number {
  let position = from;
  while (position >= 0 && (json[position] ?? 0) <= 0x20) position -= 1;
  return position;
}
