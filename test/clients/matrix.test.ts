/** Client libraries as they are, on a backend of each kind: through the proxy every use works, at the backend itself not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manners } from "../../src/simulator/simulator.ts";
import { findDeviations } from "../schema/deviations.ts";
import { clients } from "./all.ts";
import { type Places, startPlaces } from "./places.ts";

const settings = [
  ...manners.map((kind) => ({ kind, boxes: 1 })),
  // Behind one proxy, with the queue before them.
  { kind: "lmstudio" as const, boxes: 3 },
];

describe.each(settings)("on $boxes of the kind $kind", ({ kind, boxes }) => {
  let places: Places;
  beforeAll(async () => {
    places = await startPlaces(kind, boxes);
  });
  afterAll(() => places.stop());

  describe.each(clients)("$name", ({ uses, skipped }) => {
    it.for(Object.entries(uses))("works through the proxy: %s", async ([, use], { skip }) => {
      skip(skipped !== undefined, skipped);
      await expect(use(places.through)).resolves.toBeUndefined();
    });

    it("does not work whole without the proxy", async ({ skip }) => {
      skip(skipped !== undefined, skipped);
      const outcomes = await Promise.allSettled(Object.values(uses).map((use) => use(places.direct)));
      expect(outcomes.map(({ status }) => status)).toContain("rejected");
    });
  });

  it("got only what OpenAI's schema allows", () => {
    expect(places.recorded.length).toBeGreaterThan(0);
    expect(places.recorded.flatMap(findDeviations)).toEqual([]);
  });
});
