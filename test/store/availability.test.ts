import { expect, it } from "vitest";
import { createAvailability } from "../../src/store/availability.ts";
import { silentLog } from "../../src/runtime.ts";

it("is found again where requests probe and the one that probed was ended in the midst", async () => {
  let time = 0;
  let probes = 0;
  const availability = createAvailability({
    runtime: {
      now: () => time,
      random: () => 0.5,
      setTimer: () => () => {},
      sharesPromises: false,
      log: silentLog,
    },
    timeoutMs: 1_000,
    // The first one never settles, as what a Worker was doing for a client that left.
    probe: () => (probes++ === 0 ? new Promise(() => {}) : Promise.resolve()),
  });
  await availability.attempt(() => Promise.reject(new Error("gone")));
  time += 1_000;
  void availability.attempt(() => Promise.resolve(1));
  expect(await availability.attempt(() => Promise.resolve(2))).toBeUndefined();
  time += 10_000;
  expect(await availability.attempt(() => Promise.resolve(3))).toEqual({ result: 3 });
  expect([availability.status().mode, probes]).toEqual(["shared", 2]);
});
