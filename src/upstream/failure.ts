/** Turns what `fetch` threw into a ProxyError that says what to do. Pure; runtimes word the same failure differently. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { badGateway, type ProxyError } from "../errors.ts";

interface FailureKind {
  readonly code: string;
  /** `safe` only where nothing can have reached the backend. */
  readonly retry: "safe" | "never";
  readonly codes: ReadonlySet<string>;
  readonly wording: RegExp;
  explain(label: string, backend: BackendPlan): string;
}

const failureKinds: readonly FailureKind[] = [
  {
    code: "backend_refused",
    retry: "safe",
    codes: new Set(["ECONNREFUSED", "ConnectionRefused"]),
    wording: /connection refused/i,
    explain: (label) => `${label} refused the connection: is its server started?`,
  },
  {
    code: "backend_name_unknown",
    retry: "safe",
    codes: new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENODATA", "DNSResolveFailed"]),
    wording: /dns error|failed to lookup|getaddrinfo/i,
    explain: (label, backend) =>
      `${label} cannot be found: its host name has no address. Check backends.${backend.name}.url, or use the IP address.`,
  },
  {
    code: "backend_tls_failed",
    retry: "never",
    codes: new Set([
      "EPROTO",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "CERT_HAS_EXPIRED",
    ]),
    wording:
      /^(err_ssl|err_tls|cert_|unable_to_|hostname_mismatch)|certificate|invalidcontenttype|\btls\b|\bssl\b/i,
    explain: (label, backend) =>
      `${label} could not be spoken to over TLS: does backends.${backend.name}.url need http:// instead of https://, or is its certificate not trusted here?`,
  },
  {
    code: "backend_unreachable",
    retry: "safe",
    codes: new Set([
      "EHOSTUNREACH",
      "ENETUNREACH",
      "EHOSTDOWN",
      "EADDRNOTAVAIL",
      "ETIMEDOUT",
      "UND_ERR_CONNECT_TIMEOUT",
      "FailedToOpenSocket",
    ]),
    wording: /no route to host|network is unreachable|host is (down|unreachable)/i,
    explain: (label) => `${label} cannot be reached: is the box switched on and on this network?`,
  },
];

/** The error for a request that got no answer. A cause that nobody knows is never safe to try again. */
export function classifyFailure(thrown: unknown, backend: BackendPlan): ProxyError {
  const { code, text } = describe(thrown);
  const label = labelOf(backend);
  const kind = failureKinds.find(
    ({ codes, wording }) => codes.has(code) || wording.test(code) || wording.test(text),
  );
  if (kind === undefined) {
    return badGateway(
      `${label} closed the connection before it answered. Its own log tells why; is it still running?`,
      "backend_connection_lost",
      { cause: thrown },
    );
  }
  return badGateway(kind.explain(label, backend), kind.code, { retry: kind.retry, cause: thrown });
}

/** Node puts code and words into `cause`, Bun onto the error itself, Deno and workerd have words only. */
function describe(thrown: unknown): { code: string; text: string } {
  const chain = [thrown, propertyOf(thrown, "cause")];
  const code =
    chain.map((error) => propertyOf(error, "code")).find((value) => typeof value === "string") ?? "";
  const text = chain
    .map((error) => propertyOf(error, "message"))
    .filter((value) => typeof value === "string");
  return { code: String(code), text: text.join(" ") };
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}
