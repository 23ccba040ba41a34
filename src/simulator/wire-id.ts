/** Ids in LM Studio's forms. Random, since two answers must not share one. */

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A prefix such as `chatcmpl-` and 22 lower-case characters. */
export function createWireId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return prefix + Array.from(bytes, (byte) => letters.charAt(byte % letters.length)).join("");
}

/** Nine digits and no prefix: how LM Studio names a tool call (its docs on tools; BT#830). */
export function createToolCallId(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(100_000_000 + (number % 900_000_000));
}
