/** The command line: what it means, and what it says where it means nothing. */
import { describe, expect, it } from "vitest";
import { type Flags, parseArguments } from "../../src/cli/arguments.ts";
import { CliError } from "../../src/cli/cli-error.ts";

const none: Flags = {
  config: undefined,
  host: undefined,
  port: undefined,
  workers: undefined,
  backends: [],
  map: [],
  logLevel: undefined,
  simulate: false,
  check: false,
  version: false,
  help: false,
};

describe("flags", () => {
  it.each<[string, readonly string[], Partial<Flags>]>([
    ["nothing", [], {}],
    ["values after a space", ["--host", "0.0.0.0", "--port", "0"], { host: "0.0.0.0", port: "0" }],
    ["values after =", ["--config=a.yaml", "--log-level=debug"], { config: "a.yaml", logLevel: "debug" }],
    ["switches", ["--simulate", "--check"], { simulate: true, check: true }],
    ["long names", ["--version", "--help"], { version: true, help: true }],
    ["short names", ["-v", "-h"], { version: true, help: true }],
    ["the last of a flag that was repeated", ["--port", "1", "--port", "2"], { port: "2" }],
    [
      "every backend",
      ["--backend", "http://a", "--backend=http://b"],
      { backends: ["http://a", "http://b"] },
    ],
  ])("takes %s", (_name, args, flags) => {
    expect(parseArguments(args)).toEqual({ ...none, ...flags });
  });

  it("divides a mapping at the first =", () => {
    const args = ["gpt-4*=qwen/qwen3-8b", "ft:gpt-4:*=x=y", "a = b"].flatMap((text) => ["--map", text]);
    expect(parseArguments(args).map).toEqual([
      ["gpt-4*", "qwen/qwen3-8b"],
      ["ft:gpt-4:*", "x=y"],
      ["a", "b"],
    ]);
  });
});

describe("refuses with exit code 2", () => {
  it.each<[readonly string[], string]>([
    [["--prot", "80"], "There is no flag --prot. Did you mean --port?"],
    [["--backends", "x"], "There is no flag --backends. Did you mean --backend?"],
    [["--loglevel=info"], "There is no flag --loglevel. Did you mean --log-level?"],
    [["--simulated"], "There is no flag --simulated. Did you mean --simulate?"],
    [["--zzzzzz"], "There is no flag --zzzzzz. --help lists all flags."],
    [["-x"], "There is no flag -x. --help lists all flags."],
    [["--port"], "--port needs a value: a number."],
    [["--port="], "--port needs a value: a number."],
    [["--port", "--check"], "--port needs a value: a number."],
    [["--check=yes"], "--check takes no value."],
    [
      ["http://box:1234"],
      '"http://box:1234" does not belong to any flag. Did you mean --backend http://box:1234?',
    ],
    [["my.yaml"], '"my.yaml" does not belong to any flag. Did you mean --config my.yaml?'],
    [["serve"], '"serve" does not belong to any flag. --help lists all flags.'],
    [
      ["--map", "gpt-4o"],
      "--map gpt-4o is not of the form alias=target, such as --map gpt-4o=qwen/qwen3-8b.",
    ],
    [["--map", "=x"], "--map =x is not of the form alias=target, such as --map gpt-4o=qwen/qwen3-8b."],
    [["--map", "x="], "--map x= is not of the form alias=target, such as --map gpt-4o=qwen/qwen3-8b."],
    [
      ["--simulate", "--backend", "http://a"],
      "--simulate takes the place of every backend: leave out it or --backend.",
    ],
  ])("%j", (args, message) => {
    expect(() => parseArguments(args)).toThrow(new CliError(message, 2));
  });
});
