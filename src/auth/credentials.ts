/** Finds the key that a client sent. Knows no list of keys. */

/** From `Authorization: Bearer`, `api-key` (Azure) or `x-api-key` (Anthropic), in this order; undefined where there is none. */
export function findCredential(headers: Headers): string | undefined {
  const authorization = headers.get("authorization") ?? "";
  // As nearly all clients write it.
  const bearer = authorization.startsWith("Bearer ")
    ? authorization.slice("Bearer ".length)
    : /^bearer\s+(\S.*)$/i.exec(authorization)?.[1];
  return keyIn(bearer) ?? keyIn(headers.get("api-key")) ?? keyIn(headers.get("x-api-key"));
}

function keyIn(value: string | null | undefined): string | undefined {
  const key = value?.trim();
  return key === "" ? undefined : key;
}

/** A key as OpenAI shows it in errors: the first eight and the last four characters of a long one, nothing of a short one. */
export function maskKey(key: string): string {
  return key.length < 24 ? "*".repeat(8) : `${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`;
}
