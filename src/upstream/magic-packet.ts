/** The packet that wakes a sleeping machine: six bytes FF, then its hardware address sixteen times. Pure; knows no socket. */

const macLength = 6;
const repetitions = 16;

/** The six bytes of `aa:bb:cc:dd:ee:ff`, also with hyphens or nothing between them; undefined for anything else. */
export function parseMacAddress(text: string): Uint8Array | undefined {
  const separator = /^[0-9a-f]{2}([:-]?)/i.exec(text)?.[1];
  if (separator === undefined) return undefined;
  const parts = separator === "" ? (text.match(/.{2}/g) ?? []) : text.split(separator);
  const isWhole =
    parts.length === macLength &&
    parts.join(separator) === text &&
    parts.every((part) => /^[0-9a-f]{2}$/i.test(part));
  return isWhole ? Uint8Array.from(parts, (part) => Number.parseInt(part, 16)) : undefined;
}

/** 102 bytes, whatever they are sent in; cards look for them anywhere in what arrives. */
export function formatMagicPacket(mac: Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(macLength * (repetitions + 1)).fill(0xff, 0, macLength);
  for (let index = 1; index <= repetitions; index++)
    packet.set(mac.subarray(0, macLength), index * macLength);
  return packet;
}
