/** Heads: where they end, and what is in them. */
import { describe, expect, it } from "vitest";
import {
  findHeadEnd,
  listOf,
  mayBecomeHead,
  parseFields,
  parseLength,
  textOf,
} from "../../src/http1/fields.ts";
import { bytesOf } from "./support/fake-wire.ts";

describe("a head's end", () => {
  it.each([
    ["a\r\n\r\n", 5],
    ["a\r\n\r\nb\r\n\r\n", 5],
    ["\r\n\r\n", 4],
    ["a\r\r\n\r\n", 6],
    ["a\r\n\r", -1],
    ["a\n\n", -1],
    ["a\r\n\n", -1],
    ["a\n\r\n", -1],
    ["a\r\n \r\n", -1],
    ["", -1],
  ])("of %j is at %i", (text, end) => {
    expect(findHeadEnd(bytesOf(text), 0)).toBe(end);
  });
});

describe("a head that has not ended", () => {
  it.each([
    ["", true],
    ["GET / HT", true],
    ["GET / HTTP/1.1\r", true],
    ["GET / HTTP/1.1\r\nx:\ty\u00e9\r\n\r", true],
    ["\r", true],
    ["a\nb", false],
    ["\n", false],
    ["a\rb", false],
    ["a\r\r", false],
    ["a\0", false],
    ["\u0016\u0003\u0001", false],
  ])("and is %j may become one: %s", (text, may) => {
    expect(mayBecomeHead(bytesOf(text), 0)).toBe(may);
    for (let from = 1; from <= text.length; from++) {
      const isFineBefore = mayBecomeHead(bytesOf(text.slice(0, from)), 0);
      expect(isFineBefore && mayBecomeHead(bytesOf(text), from)).toBe(may);
    }
  });
});

describe("a head's text", () => {
  it.each([
    "plain",
    "caf\u00e9",
    "\u00ff\u0080",
    "\u00ef\u00bb\u00bfGET",
    "\u00c3\u00a9",
    "\u00ef\u00bf\u00bd",
    "a\u00e9",
    "\0",
  ])("has a character for each byte of %j", (text) => {
    expect(textOf(bytesOf(text))).toBe(text);
  });
});

describe("fields", () => {
  it("are known by lower-case names, without the blanks around their values", () => {
    const text =
      "Host:box\r\nX-A: \t a b \t\r\nx-empty:\r\nX-Blank:   \r\nx-colon: a:b\r\nx-latin: \u00e9\u00ff\r\n";
    expect([...(parseFields(text, 0) ?? [])]).toEqual([
      ["host", "box"],
      ["x-a", "a b"],
      ["x-empty", ""],
      ["x-blank", ""],
      ["x-colon", "a:b"],
      ["x-latin", "\u00e9\u00ff"],
    ]);
  });

  it("that come several times are joined as Headers does, cookies as cookies are", () => {
    const lines = ["accept: a", "Accept: b", "x:", "x: 1", "x: 2", "cookie: a=1", "Cookie: b=2"];
    const fields = parseFields(lines.map((line) => `${line}\r\n`).join(""), 0);
    const joined = new Headers();
    for (const line of lines) joined.append(line.split(":")[0] ?? "", line.split(":")[1] ?? "");
    expect(fields?.get("accept")).toBe(joined.get("accept"));
    expect(fields?.get("x")).toBe(joined.get("x"));
    expect(fields?.get("cookie")).toBe("a=1; b=2");
  });

  it("may be named like what every object has", () => {
    expect(parseFields("__proto__: a\r\nconstructor: b\r\n", 0)?.get("__proto__")).toBe("a");
  });

  it.each([
    ["no colon", "x\r\n"],
    ["no colon, but the next one has", "x\r\ny: z\r\n"],
    ["no name", ": y\r\n"],
    ["a blank before the colon", "x : y\r\n"],
    ["a tab before the colon", "x\t: y\r\n"],
    ["a blank before the name", " x: y\r\n"],
    ["a second line", "x: y\r\n z\r\n"],
    ["a second line with a colon", "x: y\r\n\tz: 1\r\n"],
    ["a zero byte in the name", "x\0: y\r\n"],
    ["a zero byte in the value", "x: y\0\r\n"],
    ["a bell in the value", "x: \u0007\r\n"],
    ["a delete in the value", "x: \u007f\r\n"],
    ["a vertical tab around the value", "x: \u000by\r\n"],
    ["a bare line feed in the value", "x: y\nz: 1\r\n"],
    ["a bare carriage return in the value", "x: y\rz: 1\r\n"],
    ["a bare carriage return at the end", "x: y\r\r\n"],
    ["a bare line feed at the start", "\nx: y\r\n"],
    ["a letter of more than ASCII in the name", "\u00e9: y\r\n"],
    ["a bracket in the name", "x(y): z\r\n"],
    ["an empty line between", "x: y\r\n\r\nz: 1\r\n"],
    ["no line end", "x: y"],
  ])("with %s are refused", (_what, text) => {
    expect(parseFields(text, 0)).toBeUndefined();
  });
});

describe("a list", () => {
  it("is its words in lower case, without blanks, and with nothing else left out", () => {
    expect(listOf("Close, \tKeep-Alive ,x\u00a0")).toEqual(["close", "keep-alive", "x\u00a0"]);
    expect([listOf(undefined), listOf(["a"])]).toEqual([[], []]);
  });
});

describe("a length", () => {
  it.each([
    ["0", 0],
    ["5", 5],
    ["0005", 5],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740992", undefined],
    ["99999999999999999999", undefined],
    ["", undefined],
    [" 5", undefined],
    ["+5", undefined],
    ["-5", undefined],
    ["5.0", undefined],
    ["5e2", undefined],
    ["0x5", undefined],
    ["5,5", undefined],
    ["5 5", undefined],
    ["\u0665", undefined],
    ["Infinity", undefined],
  ])("of %j is %s", (text, length) => {
    expect(parseLength(text)).toBe(length);
  });
});
