/** What the benchmark's command line chooses, and what it configures. */
import { describe, expect, test } from "vitest";
import { configOf, steps } from "../../bench/candidates/ours-config.ts";
import { parsePeer } from "../../bench/candidates/peer.ts";
import { parseOptions, pick } from "../../bench/options.ts";
import { delaysBetween } from "../../bench/phases/aborts.ts";
import { parseConfig } from "../../src/config/parse.ts";

describe("the options", () => {
  test.each([
    ["three rounds by themselves", [], 3],
    ["one round in the short form", ["--quick"], 1],
    ["as many as asked", ["--quick", "--rounds", "5"], 5],
  ])("%s", (_title, args, rounds) => {
    expect(parseOptions(args).rounds).toBe(rounds);
  });

  test.each(["0", "1.5", "x"])("refuse %s rounds", (rounds) => {
    expect(() => parseOptions(["--rounds", rounds])).toThrow("--rounds");
  });
});

describe("a choice of names", () => {
  const all = [{ name: "nginx" }, { name: "node-mapping" }, { name: "node-all" }];
  test.each([
    ["nothing chosen is all", undefined, ["nginx", "node-mapping", "node-all"]],
    ["a name is one", ["node-all"], ["node-all"]],
    ["the beginning of names is all of them", ["node"], ["node-mapping", "node-all"]],
    ["the order is that of the table", ["node-all", "nginx"], ["nginx", "node-all"]],
  ])("%s", (_title, words, expected) => {
    expect(pick(all, words).map(({ name }) => name)).toEqual(expected);
  });

  test("a name that nothing has is an error that tells the names", () => {
    expect(() => pick(all, ["nod"])).toThrow("node-mapping");
  });
});

test.each(steps)("the configuration of the step %s is one that the proxy takes", (step) => {
  const config = parseConfig(configOf(step, { boxPort: 1234, models: ["local/plain"] }));
  expect(config.model_mapping).toEqual({ "gpt-4o-plain": "local/plain" });
});

describe("a peer of the command line", () => {
  test("gets both ports into its command", async () => {
    const peer = parsePeer("mine=./proxy --to={box} --at={port}");
    const place = { boxPort: 1, port: 2, folder: "/", models: [], profileFolder: undefined };
    expect(peer.name).toBe("mine");
    expect(await peer.prepare(place)).toMatchObject({ args: ["-c", "exec ./proxy --to=1 --at=2"] });
  });

  test("without a name is refused", () => {
    expect(() => parsePeer("./proxy")).toThrow("NAME=COMMAND");
  });
});

test("delays are those of streams that both sides have left, in milliseconds", () => {
  const clients = new Map([
    [1, 1_000_000],
    [2, 5_000_000],
  ]);
  expect(delaysBetween(clients, new Map([[2, 7_500_000]]))).toEqual([2.5]);
});
