/** A host in the configuration, brought into the form that URLs have it in. Knows no address ranges. */
import { z } from "zod";

/** The schema of one host, perhaps with a port; `wildcard` may stand before it. */
export function imageHost(wildcard: "" | "*.", expected: string) {
  return z.string().transform((written, context) => {
    const isWild = wildcard !== "" && written.startsWith(wildcard);
    const host = hostOf(isWild ? written.slice(wildcard.length) : written);
    if (host !== undefined) return isWild ? wildcard + host : host;
    const hint = written.startsWith("*")
      ? "name each host of your own network by itself"
      : "write the name alone, without http:// and without a path";
    context.issues.push({ code: "custom", input: written, message: expected, params: { hint } });
    return z.NEVER;
  });
}

/** As `URL.host` writes it: in lower case, without the port that a scheme has anyway. */
function hostOf(text: string): string | undefined {
  const bare = text.replace(/:(80|443)$/, "").replace(/\.$/, "");
  if (/[/?#@\\\s*]/.test(bare)) return undefined;
  return URL.parse(`http://${bare}`)?.host;
}
