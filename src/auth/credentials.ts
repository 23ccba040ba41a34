/** Finds the key that a client sent. Knows no list of keys. */

/** From `Authorization: Bearer`, `api-key` (Azure) or `x-api-key` (Anthropic), in this order; undefined where there is none. */
export function findCredential(headers: Headers): string | undefined {
  const bearer = /^bearer\s+(\S.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
  for (const candidate of [bearer, headers.get("api-key"), headers.get("x-api-key")]) {
    const key = candidate?.trim();
    if (key !== undefined && key !== "") return key;
  }
  return undefined;
}

/** A key as OpenAI shows it in errors: the first eight and the last four characters of a long one, nothing of a short one. */
export function maskKey(key: string): string {
  return key.length < 24 ? "*".repeat(8) : `${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`;
}
