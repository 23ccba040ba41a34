/** Stage 1, who is it? Finds the key that the request came with, or refuses with 401. Knows no body, backend or limit. */
import type { KeyPlan } from "../config/key-plan.ts";
import type { Plan } from "../config/plan.ts";
import { missingKey, wrongKey } from "../errors.ts";
import { findCredential, maskKey } from "./credentials.ts";
import { findKey } from "./keys.ts";

/** Undefined while authentication is off; rejects with `missingKey` or `wrongKey`. At once where no digest has to be made. */
export function requireKey(headers: Headers, plan: Plan): KeyPlan | undefined | Promise<KeyPlan | undefined> {
  if (!plan.authenticationEnabled) return undefined;
  const credential = findCredential(headers);
  if (credential === undefined) return Promise.reject(missingKey());
  const found = findKey(credential, plan.keys);
  if (found instanceof Promise)
    return found.then((key) => key ?? Promise.reject(wrongKey(maskKey(credential))));
  return found ?? Promise.reject(wrongKey(maskKey(credential)));
}

/** The same as a question: whether these headers would be let in. */
export async function isAllowed(headers: Headers, plan: Plan): Promise<boolean> {
  if (!plan.authenticationEnabled) return true;
  const credential = findCredential(headers);
  return credential !== undefined && (await findKey(credential, plan.keys)) !== undefined;
}
