/** Makes a configuration safe to print. Must not know which fields are secret: the type Secret says so. */
import type { Config } from "./schema.ts";
import { Secret } from "./secret.ts";

/** A plain copy with every secret as "[secret]", credentials in URLs included. */
export function redactConfig(config: Config): unknown {
  return redactValue(config);
}

/** Hides `user:password@` and the values of a query in anything that looks like a URL. */
export function redactCredentials(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/|^\/\/)[^/?#\s]*@/gi, "$1[secret]@")
    .replace(/([?&][^=&#\s]*=)[^&#\s]+/g, "$1[secret]");
}

function redactValue(value: unknown): unknown {
  if (value instanceof Secret) return value.toString();
  if (typeof value === "string") return redactCredentials(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redactValue(entry)]));
}
