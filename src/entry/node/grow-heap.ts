/** How far V8's heap may grow. */
import { setFlagsFromString } from "node:v8";

/**
 * Lets it come to three times what lives in it before all of it is collected. By its own choice the engine allows as little as a
 * few megabytes of growth, and counts bodies too, which lie outside: a few long prompts at a time set off one full collection
 * after the other.
 */
export function letHeapGrow(): void {
  setFlagsFromString("--heap-growing-percent=200");
}
