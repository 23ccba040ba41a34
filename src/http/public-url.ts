/** Decides whether the proxy may fetch a URL that a client or a redirect named. Pure: what a name resolves to is the runtime's to check. */
import { isAddress, isPublicAddress } from "./public-address.ts";

/** What the operator says of hosts. Entries are hosts as `URL.host` writes them: in lower case, the port only where it is not the scheme's own. */
export interface HostRules {
  /** The only hosts to fetch from, `*.` before a name standing for all below it; undefined for any public one. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Hosts to fetch from although they are not public. */
  readonly internalHosts: readonly string[];
}

export type UrlVerdict =
  | { readonly kind: "public" | "internal"; readonly url: URL }
  /** `why` goes on after "The URL". */
  | { readonly kind: "refused"; readonly why: string };

/** Names that never mean a public server, by RFC 6761, 6762, 8375, 9476 and custom. */
const innerNames =
  /(^|\.)(localhost|local|localdomain|internal|intranet|private|lan|corp|home|home\.arpa|onion|test|invalid|alt)$/;

export function judgeUrl(text: string, { allowedHosts, internalHosts }: HostRules): UrlVerdict {
  const url = URL.parse(text);
  if (url === null) return refuse("cannot be read as one");
  if (url.protocol !== "http:" && url.protocol !== "https:") return refuse("is not one of http: or https:");
  if (url.username !== "" || url.password !== "") return refuse("holds a user name or a password");
  url.hash = "";
  // A name with its root's dot is the same name. Setting a host to an empty one would be ignored.
  url.hostname = url.hostname.replace(/\.+$/, "");
  if (internalHosts.includes(url.host)) return { kind: "internal", url };
  if (allowedHosts !== undefined && !allowedHosts.some((rule) => matches(url, rule))) {
    return refuse("names a host that images.allowed_hosts does not list");
  }
  // Named with its port by the operator; `matches` has let no other through.
  if (url.port !== "" && allowedHosts === undefined) return refuse("names a port other than 80 and 443");
  return isPublicHost(url.hostname) ? { kind: "public", url } : refuse("names no public host");
}

function refuse(why: string): UrlVerdict {
  return { kind: "refused", why };
}

function matches(url: URL, rule: string): boolean {
  return rule.startsWith("*.") ? url.host.endsWith(rule.slice(1)) : url.host === rule;
}

function isPublicHost(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isAddress(address)) return isPublicAddress(address);
  return /^[^.]+(\.[^.]+)+$/.test(hostname) && !innerNames.test(hostname);
}
