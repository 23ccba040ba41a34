/** Ids in the servers' forms. Random, since two answers must not share one. */

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A prefix such as `chatcmpl-` and 22 lower-case characters. */
export function createWireId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return prefix + Array.from(bytes, (byte) => letters.charAt(byte % letters.length)).join("");
}

const mixedLetters = `${letters}${letters.slice(0, 26).toUpperCase()}`;

/** 32 letters and digits of both cases: llama-server's ids, before which it may put a prefix. */
export function createMixedId(prefix = ""): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return prefix + Array.from(bytes, (byte) => mixedLetters.charAt(byte % mixedLetters.length)).join("");
}

/** A prefix and 32 hexadecimal digits: vLLM's ids. */
export function createHexId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}

/** Up to three digits: all that tells Ollama's answers apart. */
export function createShortNumber(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(number % 999);
}

/** Nine digits and no prefix: how LM Studio names a tool call (its docs on tools; BT#830). */
export function createToolCallId(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(100_000_000 + (number % 900_000_000));
}
