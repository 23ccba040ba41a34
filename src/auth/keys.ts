/** Says who a key belongs to. Knows no headers. */
import type { Secret } from "../config/secret.ts";
import { isSameSecret } from "../http/constant-time.ts";

/** The principal's name, `key-1` for the first key in the list; undefined for a key that is not in it. */
export function findPrincipal(offered: string, keys: readonly Secret[]): string | undefined {
  let principal: string | undefined;
  // Every key is compared, so that the time taken does not tell which one fitted.
  for (const [index, key] of keys.entries()) {
    if (isSameSecret(offered, key.reveal())) principal ??= `key-${index + 1}`;
  }
  return principal;
}
