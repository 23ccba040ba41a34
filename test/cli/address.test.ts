/** Hosts, ports and client addresses as people write them. */
import { describe, expect, it } from "vitest";
import { formatOrigin, isLoopback, isWildcard, localOrigin } from "../../src/cli/address.ts";
import { readClientAddress } from "../../src/cli/shell.ts";

describe("an address", () => {
  it.each([
    ["127.0.0.1", true, false, "http://127.0.0.1:80"],
    ["127.1.2.3", true, false, "http://127.1.2.3:80"],
    ["localhost", true, false, "http://localhost:80"],
    ["::1", true, false, "http://[::1]:80"],
    ["0.0.0.0", false, true, "http://127.0.0.1:80"],
    ["::", false, true, "http://127.0.0.1:80"],
    ["0:0:0:0:0:0:0:0", false, true, "http://127.0.0.1:80"],
    ["192.168.1.5", false, false, "http://192.168.1.5:80"],
    ["127.example.com", false, false, "http://127.example.com:80"],
    ["fd00::1", false, false, "http://[fd00::1]:80"],
  ])("%s", (host, loopback, wildcard, origin) => {
    expect([isLoopback(host), isWildcard(host), localOrigin(host, 80)]).toEqual([loopback, wildcard, origin]);
  });

  it("keeps a wildcard where it tells what is listened on", () => {
    expect(formatOrigin("0.0.0.0", 80)).toBe("http://0.0.0.0:80");
  });
});

describe("a client's address", () => {
  const request = new Request("http://proxy.test");

  it.each<[unknown, string | undefined]>([
    [{ clientAddress: "10.0.0.1" }, "10.0.0.1"],
    [{ clientAddress: "::ffff:10.0.0.1" }, "10.0.0.1"],
    [{ clientAddress: "fd00::1" }, "fd00::1"],
    [{ clientAddress: undefined }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])("of %j is %s", (platform, address) => {
    expect(readClientAddress(request, platform)).toBe(address);
  });
});
