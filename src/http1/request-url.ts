/** The absolute URL of a request to Node's server. Pure. */

const plainHost = /^[\w.-]+(?::(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$/;
const plainTarget = /^\/[\w\-.~!$&'()*+,;=:@%/?[\]]*$/;
const dotSegment = /\/\.\.?(?:[/?#]|$)/;

/** Undefined for what is no URL: that request gets 400. */
export function requestUrl(host: string | undefined, target: string): string | undefined {
  if (target === "*") return requestUrl(host, "/");
  const url = /^https?:\/\//i.test(target) ? target : `http://${host ?? "localhost"}${target}`;
  const isPlain = plainHost.test(host ?? "localhost") && plainTarget.test(target) && !dotSegment.test(target);
  if (isPlain) return url;
  const isHost = host === undefined || /^[^\s/?#@\\]+$/.test(host);
  if (!isHost || (!target.startsWith("/") && url !== target)) return undefined;
  const parsed = URL.parse(url);
  return parsed === null || parsed.username !== "" || parsed.password !== "" ? undefined : parsed.href;
}
