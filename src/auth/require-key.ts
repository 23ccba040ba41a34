/** Stage 1, who is it? Sets the exchange's principal or refuses with 401. Knows no body, backend or limit. */
import type { Plan } from "../config/plan.ts";
import { missingKey, wrongKey } from "../errors.ts";
import { findCredential, maskKey } from "./credentials.ts";
import { findPrincipal } from "./keys.ts";

/** Undefined while authentication is off; throws `missingKey` or `wrongKey`. */
export function requirePrincipal(headers: Headers, plan: Plan): string | undefined {
  if (!plan.authenticationEnabled) return undefined;
  const credential = findCredential(headers);
  if (credential === undefined) throw missingKey();
  const principal = findPrincipal(credential, plan.apiKeys);
  if (principal === undefined) throw wrongKey(maskKey(credential));
  return principal;
}

/** The same as a question: whether these headers would be let in. */
export function isAllowed(headers: Headers, plan: Plan): boolean {
  const credential = findCredential(headers);
  return (
    !plan.authenticationEnabled ||
    (credential !== undefined && findPrincipal(credential, plan.apiKeys) !== undefined)
  );
}
