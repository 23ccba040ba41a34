/** Hosts and ports as people and apps write them. Pure; opens nothing. */

/** `http://127.0.0.1:8080`; an IPv6 address gets its brackets. */
export function formatOrigin(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** True where only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** True where every address of this machine takes connections. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]*:[0:]*$/.test(host);
}

/** The origin that an app on this machine uses: a wildcard is no address to connect to. */
export function localOrigin(host: string, port: number): string {
  return formatOrigin(isWildcard(host) ? "127.0.0.1" : host, port);
}
