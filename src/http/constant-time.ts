/** Compares secrets without telling by its duration where they differ. */

/** Takes as long as the longer of the two asks for, wherever the first difference is. */
export function isSameSecret(offered: string, expected: string): boolean {
  const length = Math.max(offered.length, expected.length);
  let difference = offered.length ^ expected.length;
  // Beyond its end a text has no letter, which counts as none.
  for (let index = 0; index < length; index++) {
    difference |= offered.charCodeAt(index) ^ expected.charCodeAt(index);
  }
  return difference === 0;
}
