/** The advice that single mistakes get, and what no input may do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectProblems } from "./collect-problems.ts";

function readHint(source: unknown): string | undefined {
  return collectProblems(source)[0]?.hint;
}

describe("hints", () => {
  test.each([
    ["300s", "write a plain number of seconds, without unit and quotes: 300"],
    ["5 minutes", "write a plain number of seconds, without unit and quotes: 300"],
    ["1500ms", "write a plain number of seconds, without unit and quotes: 1.5"],
    ["2h", "write a plain number of seconds, without unit and quotes: 7200"],
    ["300", "remove the quotes: 300"],
    [300_000, "this is in seconds, not milliseconds: 300"],
    ["3 lightyears", "write a plain number, without quotes and without a unit"],
    [null, "write something after the colon or below it, or remove the line"],
  ])("a timeout of %j: %s", (timeout, hint) => {
    expect(readHint({ request: { default_timeout: timeout } })).toBe(hint);
  });

  test("every duration of the configuration is known as one", () => {
    const source = {
      server: { drain_timeout: "5s" },
      backends: { a: { url: "http://h", timeout: "5s" } },
      request: { default_timeout: "5s" },
      stream: { heartbeat: "5s", idle_timeout: "5s" },
      images: { timeout: "5s" },
    };
    const hints = collectProblems(source).map(({ hint }) => hint);
    expect(hints).toHaveLength(6);
    expect(new Set(hints)).toEqual(new Set(["write a plain number of seconds, without unit and quotes: 5"]));
  });

  test.each([
    ["10MB", "write a plain number of bytes, without unit and quotes: 10485760"],
    ["64 KiB", "write a plain number of bytes, without unit and quotes: 65536"],
  ])("a size of %s: %s", (size, hint) => {
    expect(readHint({ request: { max_content_length: size } })).toBe(hint);
  });

  test.each([
    ["yes", "write true, without quotes"],
    ["off", "write false, without quotes"],
    [1, "write true, without quotes"],
  ])("a switch of %j: %s", (enabled, hint) => {
    expect(readHint({ authentication: { enabled } })).toBe(hint);
  });

  test.each([
    ["10.50.10.14:1234", 'write "http://10.50.10.14:1234"'],
    ["localhost:1234", 'write "http://localhost:1234"'],
    ["//box:1234/v1", 'write "http://box:1234/v1"'],
    ["[::1]:1234", 'write "http://[::1]:1234"'],
    ["ws://box:1234", "write http:// or https:// in front"],
    ["http://", "check the host and the port; a port is at most 65535"],
    ["http://box:99999", "check the host and the port; a port is at most 65535"],
    ["http://bo x:1", "remove the spaces and line breaks"],
    [
      "http://box:1/#v1",
      "remove everything from the ? or # on; what every request needs goes into `headers`",
    ],
    ["", "write http:// in front of the host"],
  ])("the URL %j: %s", (url, hint) => {
    expect(readHint({ backends: { a: { url } } })).toBe(hint);
  });

  test.each([
    [{ prot: 80 }, "did you mean `server.port`? Otherwise remove it"],
    [{ models: {} }, "did you mean `model_mapping`?"],
    [{ api_key: "x" }, "it belongs under `backends.<name>`"],
    [{ something: 1 }, "remove it"],
    [{ default_model: { chta: "x" } }, "did you mean `chat`?"],
  ])("the keys of %j: %s", (source, hint) => {
    expect(readHint(source)).toBe(hint);
  });

  test("a wrong header name beside an api_key is only that", () => {
    const a = { url: "http://h", api_key: "x", headers: { "a b": "y" } };
    expect(collectProblems({ backends: { a } }).map(({ path }) => path)).toEqual([
      'backends.a.headers["a b"]',
    ]);
  });

  test("an api_key beside an Authorization header is one too many", () => {
    const a = { url: "http://h", api_key: "x", headers: { authorization: "y" } };
    expect(collectProblems({ backends: { a } })[0]).toMatchObject({
      path: "backends.a.headers",
      found: "a mapping",
      hint: "keep one of the two",
    });
  });
});

describe("whatever comes in", () => {
  test("text loads or is a ConfigError", () => {
    const piece = fc.constantFrom(
      ..."{}[]:,-\"'*&!|>%@#\n\t ",
      "server",
      "backends",
      "url",
      "${",
      "<<",
      "a",
      "1",
      "---\n",
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (source) => {
        expect(collectProblems(source)).toBeInstanceOf(Array);
      }),
      { numRuns: 500 },
    );
  });

  test("an object loads or is a ConfigError", () => {
    const key = fc.constantFrom(
      "server",
      "backends",
      "model_mapping",
      "port",
      "url",
      "headers",
      "__proto__",
      "a",
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.array(tie("value")),
        fc.dictionary(key, tie("value")),
      ),
    }));
    fc.assert(
      fc.property(value, (source) => {
        expect(collectProblems(source)).toBeInstanceOf(Array);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    (secret: string) =>
      `authentication: { valid_api_keys: [{ a: "${secret}" }], valid_api_key: "${secret}" }`,
    (secret: string) => `authentication: { valid_api_keys: "${secret}", ${secret}: 1 }`,
    (secret: string) => `authentication: { valid_api_keys: { ${secret}: "\${NOT_SET}" } }`,
    (secret: string) =>
      `backends: { a: { url: "http://h", api_key: ["${secret}"], headers: { X: ["${secret}"] } } }`,
    (secret: string) => `backends: { a: { url: "http://u:${secret}@h" }, b: { url: "u:${secret}@h" } }`,
    (secret: string) =>
      `backends: { a: { url: "http://u:p/${secret}@h" }, b: { url: "http:/u:${secret}@h" } }`,
    (secret: string) => `backends: { a: { url: "http://h?key=${secret}" } }`,
    (secret: string) => `backends: { a: { url: "http://h", headers: "X: ${secret}" } }`,
    (secret: string) => `api_key: *${secret}`,
    (secret: string) => `api_key: !${secret} x`,
    (secret: string) => `api_key: @${secret}`,
    (secret: string) => `api_key: "${secret}`,
    (secret: string) => `{ "a": 1, // "${secret}"\n "server": 2 }`,
    (secret: string) => `api_key: ${secret}\nserver: [`,
    (secret: string) => secret,
  ])("no message repeats a secret: %s", (write) => {
    const secret = "sk-hunter2-hunter2";
    const problems = collectProblems(write(secret));
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });
});
