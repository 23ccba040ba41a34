/** Makes names out of texts: the same text always gives the same one. Not for secrets. */

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** As many letters and digits as asked for, drawn from the text alone; `alphabet` says which. */
export function digestText(text: string, length: number, alphabet = letters): string {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  let digest = "";
  for (let at = 0; at < length; at += 1) {
    // The finaliser of MurmurHash3, over a counter, spreads the state over all letters.
    let mixed = (state + Math.imul(at + 1, 0x9e3779b9)) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    digest += alphabet[((mixed ^ (mixed >>> 16)) >>> 0) % alphabet.length] ?? "";
  }
  return digest;
}

/** OpenAI's form of a tool call's id, for the call at this place of this answer. */
export function digestCallId(answerId: unknown, choice: number, place: number): string {
  return `call_${digestText(`${String(answerId)}/${choice}/${place}`, 24)}`;
}
