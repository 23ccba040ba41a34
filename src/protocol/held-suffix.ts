/** How much of a text's end may be the beginning of a marker. Pure. */

/** The length of the longest suffix of `text` with which any of the markers begins; a whole marker does not count. */
export function heldLength(text: string, markers: readonly string[]): number {
  const longest = Math.max(0, ...markers.map((marker) => marker.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const suffix = text.slice(text.length - length);
    if (markers.some((marker) => marker.length > length && marker.startsWith(suffix))) return length;
  }
  return 0;
}
