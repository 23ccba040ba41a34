/** What createPlan makes of a configuration: milliseconds, base URLs, the order of patterns. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";

const url = "http://10.50.10.14:1234";

describe("createPlan", () => {
  test.each([url, `${url}/`, `${url}///`, `${url}/v1`, `${url}/v1/`, `${url}//v1//`])(
    "%s has the base URL without slash and /v1",
    (written) => {
      expect(createPlan(parseConfig({ backends: { a: { url: written } } })).backends[0]?.baseUrl).toBe(url);
    },
  );

  test("a path before /v1 stays", () => {
    const backends = { a: { url: "https://box.example/lm/v1/" }, b: { url: "https://box.example/v1beta" } };
    const plan = createPlan(parseConfig({ backends }));
    expect(plan.backends.map(({ baseUrl }) => baseUrl)).toEqual([
      "https://box.example/lm",
      "https://box.example/v1beta",
    ]);
  });

  test("seconds become milliseconds, and a backend without a timeout takes the default", () => {
    const plan = createPlan(
      parseConfig({
        backends: { a: { url, timeout: 1.5 }, b: { url }, c: { url, timeout: 0 } },
        request: { default_timeout: 7 },
        stream: { heartbeat: 2, idle_timeout: 3 },
      }),
    );
    expect(plan.backends.map(({ firstByteTimeoutMs }) => firstByteTimeoutMs)).toEqual([1500, 7000, 0]);
    expect(plan).toMatchObject({ heartbeatMs: 2000, idleTimeoutMs: 3000 });
  });

  test("patterns stand apart from names, most specific first, then as in the file", () => {
    const plan = createPlan(
      parseConfig({
        model_mapping: {
          "*": "any",
          "gpt-*": "g",
          "gpt-4*": "g4",
          "gpt-4": "exact",
          "ft:gpt-3.5-turbo:*": "tuned",
          "*-mini": "m",
          "o1-*x": "n",
        },
      }),
    );
    expect([...plan.aliases.keys()]).toEqual(["gpt-4"]);
    expect(plan.aliasPatterns.map(({ pattern }) => pattern)).toEqual([
      "ft:gpt-3.5-turbo:*",
      "gpt-4*",
      "*-mini",
      "gpt-*",
      "o1-*x",
      "*",
    ]);
  });

  test.each([
    ["gpt-4*", "gpt-4", true],
    ["gpt-4*", "gpt-4o-mini", true],
    ["gpt-4*", "my-gpt-4", false],
    ["*-mini", "gpt-4o-mini", true],
    ["gpt-3.5*", "gpt-3x5", false],
    ["ft:gpt-3.5-turbo:*", "ft:gpt-3.5-turbo:acme::id", true],
    ["a*c*e", "abcde", true],
    ["*", "a\nb", true],
  ])("%s against %j: %s", (pattern, name, isMatch) => {
    const [alias] = createPlan(parseConfig({ model_mapping: { [pattern]: "x" } })).aliasPatterns;
    expect(alias?.matches.test(name)).toBe(isMatch);
  });

  test("a pattern with many stars stays fast on a long name, and finds what a simple search finds", () => {
    const toMatcher = (pattern: string) =>
      createPlan(parseConfig({ model_mapping: { [pattern]: "x" } })).aliasPatterns[0]?.matches;
    const started = performance.now();
    expect(toMatcher("*a*a*a*a*b")?.test("a".repeat(200_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);

    const text = fc
      .array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 8 })
      .map((letters) => letters.join(""));
    const name = fc.array(fc.constantFrom("a", "b"), { maxLength: 12 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(text, name, (pattern, candidate) => {
        fc.pre(pattern.includes("*"));
        const simple = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        expect(toMatcher(pattern)?.test(candidate)).toBe(simple.test(candidate));
      }),
    );
  });

  test("a plain target serves both kinds, a mapping only what it names", () => {
    const plan = createPlan(
      parseConfig({ model_mapping: { a: "m", b: { chat: "c" } }, default_model: { embeddings: "e" } }),
    );
    expect(plan.aliases.get("a")).toEqual({ chat: "m", embedding: "m", sharedByKinds: true });
    expect(plan.aliases.get("b")).toEqual({ chat: "c", embedding: undefined, sharedByKinds: false });
    expect(plan.defaultTarget).toEqual({ chat: undefined, embedding: "e", sharedByKinds: false });
  });

  test.each([
    [{}, "auto"],
    [{ model_mapping: { a: "b" } }, "reject"],
    [{ default_model: "b" }, "reject"],
    [{ model_mapping: { a: "b" }, unknown_model: "passthrough" }, "passthrough"],
  ])("an unknown model with %j: %s", (source, unknownModel) => {
    expect(createPlan(parseConfig(source)).unknownModel).toBe(unknownModel);
  });

  test("images are not fetched unless the operator says so", () => {
    expect(createPlan(parseConfig("")).images).toEqual({
      fetches: false,
      maxBytes: 20 * 1024 * 1024,
      timeoutMs: 10_000,
      allowedHosts: undefined,
      internalHosts: [],
    });
  });

  test.each([
    ["Images.LAN", "images.lan"],
    ["images.lan.", "images.lan"],
    ["images.lan:80", "images.lan"],
    ["images.lan:443", "images.lan"],
    ["10.0.0.5:9000", "10.0.0.5:9000"],
    ["0xa.5", "10.0.0.5"],
    ["[FD00:0::5]:81", "[fd00::5]:81"],
    ["bücher.lan", "xn--bcher-kva.lan"],
  ])("the image host %s is compared as %s", (written, host) => {
    const images = { allowed_hosts: [written, `*.${written}`], internal_hosts: [written] };
    expect(createPlan(parseConfig({ images })).images).toMatchObject({
      allowedHosts: [host, `*.${host}`],
      internalHosts: [host],
    });
  });

  test("is frozen", () => {
    expect(Object.isFrozen(createPlan(parseConfig("")))).toBe(true);
  });
});
