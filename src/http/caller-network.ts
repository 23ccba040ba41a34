/** Who counts as one caller by address. Pure. */
import { type Bytes, parseIpv6 } from "./public-address.ts";

/**
 * An IPv4 address by itself; of IPv6 the /64, within which one customer may take any address, as `2001:db8:0:1::/64`.
 * Anything else, such as a name, stays as it is.
 */
export function callerNetwork(address: string): string {
  if (!address.includes(":")) return address;
  const bytes = parseIpv6(address.split("%", 1)[0] ?? "");
  if (bytes === undefined) return address;
  const isMapped = bytes.every((byte, index) => (index < 10 ? byte === 0 : index > 11 || byte === 0xff));
  return isMapped ? bytes.slice(12).join(".") : `${groupsOf(bytes.slice(0, 8))}::/64`;
}

function groupsOf(bytes: Bytes): string {
  const groups: string[] = [];
  for (let index = 0; index < bytes.length; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16));
  }
  return groups.join(":");
}
