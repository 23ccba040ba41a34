/** In which order backends are tried where none of them is fit: never one that the route leaves out. */
import { describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { createRouter, type Wish } from "../../src/pipeline/router.ts";
import { createPool } from "../../src/route/pool.ts";

const boxes = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { url: `http://${name}` }]));

/** The order for a request that may go to `allowed`, with these boxes drained. */
function orderFor(
  allowed: readonly string[] | undefined,
  drained: readonly string[],
  backends: ConfigInput["backends"] = boxes("a", "b", "c"),
): readonly string[] {
  const plan = createPlan(parseConfig({ backends }));
  const pool = createPool({ now: () => 0, random: () => 0 });
  for (const backend of plan.backends) if (drained.includes(backend.name)) pool.setDrained(backend, true);
  const router = createRouter(
    plan,
    pool,
    () => 0,
    () => 0,
  );
  const wish: Wish = {
    needs: { model: "m", kind: "chat" },
    route: { backends: allowed === undefined ? undefined : new Set(allowed), policy: "in_order" },
  };
  return router.order(wish, new Set());
}

describe("with boxes drained, a request goes", () => {
  it("to those of its route that are not", () => {
    expect(orderFor(["a", "b"], ["a"])).toEqual(["b"]);
  });

  it("to those of its route all the same where all of them are, and to nobody else", () => {
    expect(orderFor(["b"], ["b"])).toEqual(["b"]);
    expect(orderFor(["b", "c"], ["b", "c"])).toEqual(["b", "c"]);
  });

  it("to any where all are and no route says otherwise", () => {
    expect(orderFor(undefined, ["a", "b", "c"])).toEqual(["a", "b", "c"]);
  });

  it("to the only one there is", () => {
    expect(orderFor(undefined, ["a"], boxes("a"))).toEqual(["a"]);
  });
});

it("says so where a route names no backend that exists, instead of asking others", () => {
  expect(() => orderFor(["nowhere"], [])).toThrow("names no backend that exists: nowhere");
});
