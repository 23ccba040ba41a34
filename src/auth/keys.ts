/** Says whose a key is. Knows no headers. */
import type { KeyPlan } from "../config/key-plan.ts";
import { isSameBytes } from "../http/constant-time.ts";

const encoder = new TextEncoder();

/** The keys in bytes, so that a request does not encode them all. */
const encoded = new WeakMap<KeyPlan, Uint8Array>();

function bytesOf(key: KeyPlan): Uint8Array {
  const known = encoded.get(key);
  if (known !== undefined) return known;
  const bytes = encoder.encode(key.credential.value.reveal());
  encoded.set(key, bytes);
  return bytes;
}

/** The first key in the list that was offered, by itself or by its digest; undefined where it is none of them. */
export async function findKey(offered: string, keys: readonly KeyPlan[]): Promise<KeyPlan | undefined> {
  const needsDigest = keys.some(({ credential }) => credential.kind === "sha256");
  const plain = encoder.encode(offered);
  const digest = needsDigest ? encoder.encode(await sha256(plain)) : plain;
  let found: KeyPlan | undefined;
  // Every key is compared, so that the time taken does not tell which one fitted.
  for (const key of keys) {
    const isDigest = key.credential.kind === "sha256";
    if (isSameBytes(isDigest ? digest : plain, bytesOf(key))) found ??= key;
  }
  return found;
}

/** In lower-case hexadecimal digits. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
