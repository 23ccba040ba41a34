/** Says whose a key is. Knows no headers. */
import type { KeyPlan } from "../config/key-plan.ts";
import { isSameSecret } from "../http/constant-time.ts";

/** The first key in the list that was offered, by itself or by its digest; undefined where it is none of them. */
export function findKey(
  offered: string,
  keys: readonly KeyPlan[],
): KeyPlan | undefined | Promise<KeyPlan | undefined> {
  // A digest is only made where a key is kept as one.
  const needsDigest = keys.some(({ credential }) => credential.kind === "sha256");
  if (!needsDigest) return compareAll(offered, offered, keys);
  return sha256(offered).then((digest) => compareAll(offered, digest, keys));
}

function compareAll(plain: string, digest: string, keys: readonly KeyPlan[]): KeyPlan | undefined {
  let found: KeyPlan | undefined;
  // Every key is compared, so that the time taken does not tell which one fitted.
  for (const key of keys) {
    const { kind, value } = key.credential;
    if (isSameSecret(kind === "sha256" ? digest : plain, value.reveal())) found ??= key;
  }
  return found;
}

/** In lower-case hexadecimal digits. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
