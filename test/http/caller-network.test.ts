import { expect, it } from "vitest";
import { callerNetwork } from "../../src/http/caller-network.ts";

const cases = {
  "10.50.10.14": "10.50.10.14",
  "::ffff:10.50.10.14": "10.50.10.14",
  "::FFFF:a32:a0e": "10.50.10.14",
  "2001:db8:0:1:aaaa:bbbb:cccc:dddd": "2001:db8:0:1::/64",
  "2001:db8:0:1::1": "2001:db8:0:1::/64",
  "2001:db8:0:2::1": "2001:db8:0:2::/64",
  "::1": "0:0:0:0::/64",
  "fe80::1%eth0": "fe80:0:0:0::/64",
  unknown: "unknown",
  "a:b": "a:b",
};

it.for(Object.entries(cases))("takes %s for %s", ([address, network]) => {
  expect(callerNetwork(address)).toBe(network);
});
