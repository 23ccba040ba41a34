import { describe, expect, it } from "vitest";
import { formatMagicPacket, parseMacAddress } from "../../src/upstream/magic-packet.ts";

describe("a hardware address", () => {
  it.each(["aa:bb:cc:0d:0e:0f", "AA-BB-CC-0D-0E-0F", "aabbcc0d0e0f"])("is read from %s", (text) => {
    expect([...(parseMacAddress(text) ?? [])]).toEqual([0xaa, 0xbb, 0xcc, 0x0d, 0x0e, 0x0f]);
  });

  it.each([
    "",
    "aa",
    "aa:bb:cc:dd:ee",
    "aa:bb:cc:dd:ee:ff:00",
    "aa:bb-cc:dd-ee:ff",
    "aa:bb:cc:dd:ee:fg",
    "aa:bb:cc:dd:ee:f",
    "aabbccddeeff0",
    " aa:bb:cc:dd:ee:ff",
    "a:b:c:d:e:f",
  ])("is not %j", (text) => {
    expect(parseMacAddress(text)).toBeUndefined();
  });
});

it("a magic packet is six bytes FF and sixteen times the address", () => {
  const mac = Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xab);
  const hex = [...formatMagicPacket(mac)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(hex).toBe("ffffffffffff" + "0123456789ab".repeat(16));
  expect(hex).toHaveLength(204);
});
