/** How messages name a backend. Pure. */
import type { BackendPlan } from "../config/plan.ts";
import { simulatorUrl } from "../config/schema.ts";
import { dialects } from "./index.ts";

/** `LM Studio at http://10.50.10.14:1234`. */
export function labelOf(backend: BackendPlan): string {
  return backend.baseUrl === simulatorUrl
    ? "The built-in simulator"
    : `${dialects[backend.type].label} at ${backend.baseUrl}`;
}
