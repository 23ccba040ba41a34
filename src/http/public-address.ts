/** Tells addresses of the public internet from all others. Pure; knows no name, no DNS and no URL. */

/** Networks that are nobody's public server, by IANA's registry of special addresses, and what clouds keep for themselves. */
const closedIpv4: readonly string[] = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carriers' own; Alibaba's metadata too
  "127.0.0.0/8", // loopback
  "168.63.129.16/32", // Azure's own services, reached from inside only
  "169.254.0.0/16", // link-local; most clouds' metadata
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments; Oracle's metadata
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
];

/** Within 2000::/3, the only part of IPv6 that is given out for the public. */
const closedIpv6: readonly string[] = [
  "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4, which carries an IPv4 address of any kind
  "3fff::/20", // documentation
];

/** Prefixes whose last 32 bits are the IPv4 address that is really reached: mapped, and NAT64's well-known one. */
const carriers: readonly string[] = ["::ffff:0:0/96", "64:ff9b::/96"];

/** Whether it is an IPv4 or IPv6 address at all; IPv6 without brackets. */
export function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;
}

/** Whether a server at this address is one that anybody may reach. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return isPublicIpv4(ipv4);
  const ipv6 = parseIpv6(address);
  if (ipv6 === undefined) return false;
  if (carriers.some((network) => isWithin(ipv6, network))) return isPublicIpv4(ipv6.slice(12));
  return isWithin(ipv6, "2000::/3") && !closedIpv6.some((network) => isWithin(ipv6, network));
}

export type Bytes = readonly number[];

function isPublicIpv4(address: Bytes): boolean {
  return !closedIpv4.some((network) => isWithin(address, network));
}

function isWithin(address: Bytes, network: string): boolean {
  const [base = "", length = ""] = network.split("/");
  const start = parseIpv4(base) ?? parseIpv6(base) ?? [];
  const bits = Number(length);
  return start.every((byte, index) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff;
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

/** Four decimal numbers; any other way of writing one is for URL to bring into this form first. */
function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** Its sixteen bytes. */
export function parseIpv6(text: string): Bytes | undefined {
  // A zone names a link, so that such an address is none of the public's; what does not parse counts as not public.
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const [head, tail] = halves.map((half, index) =>
    half === "" ? [] : parseGroups(half, index === halves.length - 1),
  );
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const gap = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? gap !== 0 : gap < 2) return undefined;
  return [...head, ...Array.from({ length: gap }, () => 0), ...(tail ?? [])];
}

/** Groups of four hexadecimal digits; at the address's end the last two may be written as an IPv4 address. */
function parseGroups(text: string, isEnd: boolean): Bytes | undefined {
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const ipv4 = isEnd && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 !== undefined) bytes.push(...ipv4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
