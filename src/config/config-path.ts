/** Where a value stands in the configuration, and whether it may be shown. Knows nothing of the values themselves. */

export type ConfigPath = ReadonlyArray<string | number>;

/** Prints a path as an operator would write it: `a.b[0]`, with names that hold dots in brackets and quotes. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      const name = showName(segment, path.slice(0, index));
      if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** What is said of a key besides itself. */
const openKeyFields: ReadonlySet<string> = new Set(["models", "endpoints", "priority", "limits"]);

/** True where the value is a key, a header or sits inside something named like a secret. */
export function isSecretPath(path: ConfigPath): boolean {
  const field = path[0] === "keys" ? path[2] : path[0] === "default_limits" ? "limits" : undefined;
  if (typeof field === "string" && openKeyFields.has(field)) return false;
  return path.some(
    (segment) =>
      typeof segment === "string" && /key|header|secret|token|passw|auth(?!entication$)/i.test(segment),
  );
}

/** A name of a key for a message; hidden where somebody put the secret itself in its place. */
export function showName(name: string, parent: ConfigPath = []): string {
  const looksSecret = /^(?:sk-|hf_|gsk_|[Bb]earer\s)/.test(name) || name.length > 100;
  const isInsideKeys = parent.some((segment) => /^(?:valid_api_keys|api_key)$/.test(String(segment)));
  return looksSecret || isInsideKeys ? "[hidden]" : name;
}
