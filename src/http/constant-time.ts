/** Compares secrets without telling by its duration where they differ. */

const encoder = new TextEncoder();

/** Takes as long as the longer of the two asks for, wherever the first difference is. */
export function isSameSecret(offered: string, expected: string): boolean {
  return isSameBytes(encoder.encode(offered), encoder.encode(expected));
}

/** The same for who compares with many. */
export function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  const length = Math.max(left.length, right.length);
  let difference = left.length ^ right.length;
  for (let index = 0; index < length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}
