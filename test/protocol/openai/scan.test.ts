/** The scanner agrees with JSON.parse about what is an object and where its fields lie. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanObject } from "../../../src/protocol/openai/scan.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function scan(text: string, keys: readonly string[] | ReadonlySet<string>) {
  const bytes = encoder.encode(text);
  return scanObject(bytes, 0, bytes.length, keys)?.map(({ key, keyStart, valueStart, valueEnd }) => {
    expect(bytes[keyStart]).toBe(0x22);
    return [key, decoder.decode(bytes.subarray(valueStart, valueEnd))];
  });
}

describe("what is found", () => {
  test.each([
    ["a string", '{"model":"a"}', [["model", '"a"']]],
    ["an empty object", " { } ", []],
    ["a number, trimmed", '{ "model" : -1.5E+3 }', [["model", "-1.5E+3"]]],
    ["literals", '{"model":null,"x":true,"model":false}', [["model", "null"], ["model", "false"]]], // prettier-ignore
    ["nested values", '{"model":{"model":[1,{}]},"x":[]}', [["model", '{"model":[1,{}]}']]],
    ["only the top level", '{"x":{"model":1},"y":[{"model":2}],"z":"\\"model\\":3"}', []],
    ["duplicates in order", '{"model":1,"model":2}', [["model", "1"], ["model", "2"]]], // prettier-ignore
    ["an escaped key", '{"mod\\u0065l":1,"\\u006D\\u006fdel":2}', [["model", "1"], ["model", "2"]]], // prettier-ignore
    ["other keys with escapes", '{"mod\\u0065":1,"model\\n":2,"\\"model":3}', []],
    ["a longer and a shorter key", '{"models":1,"mode":2,"Model":3}', []],
    ["a string with escapes", '{"model":"a\\\\\\"b\\\\","x":1}', [["model", '"a\\\\\\"b\\\\"']]],
    ["all white space of JSON", '\t\r\n {\t"model"\r:\n"a" \t}\r\n', [["model", '"a"']]],
    ["a raw line end within a key is no escape", '{"mo\ndel":1}', []],
  ])("%s", (_name, text, fields) => {
    expect(scan(text, ["model"])).toEqual(fields);
  });

  test("several keys, as a list or a set, and letters beyond ASCII", () => {
    const text = '{"b":1,"größe":2,"a":3,"😀":4,"":5,"gr\\u00f6ße":6}';
    const fields = [["größe", "2"], ["a", "3"], ["😀", "4"], ["", "5"], ["größe", "6"]]; // prettier-ignore
    expect(scan(text, ["a", "größe", "😀", ""])).toEqual(fields);
    expect(scan(text, new Set(["a", "größe", "😀", ""]))).toEqual(fields);
    expect(scan(text, [])).toEqual([]);
  });

  test("positions are those of the whole bytes, and the range is kept to", () => {
    const bytes = encoder.encode('data: {"model":"a"} \n"}');
    expect(scanObject(bytes, 6, 20, ["model"])).toEqual([
      { key: "model", keyStart: 7, valueStart: 15, valueEnd: 18 },
    ]);
    for (let end = 0; end < 19; end += 1) expect(scanObject(bytes, 6, end, ["model"])).toBeUndefined();
    expect(scanObject(bytes, 6, bytes.length, ["model"])).toBeUndefined();
    expect(scanObject(bytes, 6, 1000, ["model"])).toBeUndefined();
  });
});

describe("what is unsound", () => {
  test.each([
    ..."| |[]|[1]|1|null|x|{|}|{]|{}}|{}{}|{} x|{}]".split("|"),
    ...'"a"|{"a"}|{"a":}|{"a":1|{"a":1,}|{,}|{,"a":1}|{"a":1,,"b":2}'.split("|"),
    ...'{"a" 1}|{"a"::1}|{a:1}|{"a":1 "b":2}|{"a":1"b":2}|{"a":"x""b":2}|{"a":1 2}|{1:2}|{"a":1:"b":2}|{"a":"x"]"b":2}'.split(
      "|",
    ),
    ...'{"a|{"a:1}|{"a":"b}|{"a":"b\\"}|{"a\\":1}|{"a":"\\\\\\"}|{"a":"\\'.split("|"),
    ...'{"a":[}|{"a":[1}|{"a":[1]]}|{"a":{]}|{"a":[1,2}}|{"a":[{]}}|{"a":[(1)]}'.split("|"),
    ...'{"a":[1 2]}|{"a":[1,]}|{"a":[,1]}|{"a":[1,,2]}|{"a":[1:2]}|{"a":["x" "y"]}'.split("|"),
    ...'{"a":{"b"}}|{"a":{"b":}}|{"a":{"b":1,}}|{"a":{1}}|{"a":{"b" "c"}}|{"a":{"b":1:2}}'.split("|"),
    ...'{"a":{[]}}|{"a":{{}}}|{"a":[[]{}]}|{"a":{"b":[1]"c":2}}|{"a":{"b"|{"a":[1'.split("|"),
    '\u{feff}{"a":1}',
    '{"a":\u{a0}1}',
    '{"a":1}\f',
  ])("%j", (text) => {
    expect(scan(text, ["a"])).toBeUndefined();
  });

  test("every beginning of an object", () => {
    const text = '{"model":"a\\"b","n":[1,{"x":"y"},null],"o":{"p":{}},"q":-1e5}';
    for (let end = 0; end < text.length; end += 1) {
      expect(scan(text.slice(0, end), ["model"])).toBeUndefined();
    }
    expect(scan(text, ["model"])).toHaveLength(1);
  });
});

describe("size", () => {
  const depth = 100_000;

  test("brackets nested 100,000 deep, balanced and not", () => {
    const nested = "[".repeat(depth) + "]".repeat(depth);
    expect(scan(`{"x":${nested},"model":1}`, ["model"])).toEqual([["model", "1"]]);
    expect(scan(`{"x":${"[".repeat(depth)}`, ["model"])).toBeUndefined();
    expect(scan(`{"x":${nested.slice(0, -1)}}`, ["model"])).toBeUndefined();
    const objects = '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
    expect(scan(`{"x":${objects},"model":1}`, ["model"])).toEqual([["model", "1"]]);
  });

  test("backslashes before a quote, at every distance from the string's start", () => {
    for (let distance = 0; distance < 120; distance += 1) {
      for (let count = 0; count < 6; count += 1) {
        const text = `"${"a".repeat(distance)}${"\\".repeat(count)}"`;
        const isWhole = count % 2 === 0;
        const value = isWhole ? text : `${text}b"`;
        expect(scan(`{"x":${value},"model":1}`, ["x", "model"])).toEqual([
          ["x", value],
          ["model", "1"],
        ]);
        expect(scan(`{"x":${isWhole ? text.slice(0, -1) : text}}`, ["x"])).toBeUndefined();
      }
    }
  });

  test("strings of a megabyte: plain, all escaped quotes, all backslashes", () => {
    for (const unit of ["a", '\\"', "\\\\", '\\\\\\"', "a\\nb\\u0041"]) {
      const long = unit.repeat(1_000_000 / unit.length);
      expect(scan(`{"x":"${long}","model":"m"}`, ["model"])).toEqual([["model", '"m"']]);
      expect(scan(`{"x":"${long},"model":"m"}`, ["x"])).toBeUndefined();
    }
  });
});

describe("against JSON.parse", () => {
  const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\t", "\r"), maxLength: 3 });
  const name = fc.oneof(
    fc.constantFrom("model", "response", "é"),
    fc.string({ unit: "binary", maxLength: 60 }),
  );

  /** Writes a value with white space drawn from a list at every place where JSON allows it. */
  function write(value: unknown, nextSpace: () => string): string {
    const pad = (text: string) => nextSpace() + text + nextSpace();
    if (Array.isArray(value)) {
      return pad(`[${value.map((item) => write(item, nextSpace)).join(",") || nextSpace()}]`);
    }
    if (typeof value === "object" && value !== null) {
      const fields = Object.entries(value).map(
        ([key, item]) => `${pad(JSON.stringify(key))}:${write(item, nextSpace)}`,
      );
      return pad(`{${fields.join(",") || nextSpace()}}`);
    }
    return pad(JSON.stringify(value));
  }

  test("the ranges of any object hold what JSON.parse gives", () => {
    const object = fc.dictionary(name, fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(object, fc.array(space, { minLength: 1 }), (value, spaces) => {
        let drawn = 0;
        const text = write(value, () => spaces[drawn++ % spaces.length] ?? "");
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const fields = scan(text, Object.keys(parsed));
        expect(fields?.map(([key]) => key).sort()).toEqual(Object.keys(parsed).sort());
        for (const [key = "", json = ""] of fields ?? []) {
          expect(json).toBe(json.trim());
          expect(JSON.parse(json)).toEqual(parsed[key]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("mutated bytes never throw, and whatever JSON.parse takes for an object is scanned", () => {
    const object = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    const byte = fc.oneof(
      fc.constantFrom(...encoder.encode('{}[],:"\\ \n0e-tn')),
      fc.integer({ min: 0, max: 255 }),
    );
    const mutation = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.array(byte, { maxLength: 2 }));
    fc.assert(
      fc.property(object, fc.array(mutation, { minLength: 1, maxLength: 3 }), (value, mutations) => {
        const bytes = Array.from(encoder.encode(JSON.stringify(value)));
        for (const [at, removed, added] of mutations) bytes.splice(at % bytes.length || 0, removed, ...added);
        const json = Uint8Array.from(bytes);
        const fields = scanObject(json, 0, json.length, ["model", "é"]);
        let parsed: unknown;
        try {
          parsed = JSON.parse(decoder.decode(json));
        } catch {
          return;
        }
        const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
        expect(fields !== undefined).toBe(isObject);
      }),
      { numRuns: 5000 },
    );
  });

  test("any bytes at all never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer(), fc.integer(), (bytes, start, end) => {
        const scanAny = () => scanObject(bytes, Math.abs(start) % 200, Math.abs(end) % 300, ["model"]);
        expect(scanAny).not.toThrow();
      }),
    );
  });
});
