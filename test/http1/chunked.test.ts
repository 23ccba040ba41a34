/** A body in chunks, however it is cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkedDecoder, MalformedBody } from "../../src/http1/chunked.ts";
import { bytesOf, cutAt, latin1 } from "./support/fake-wire.ts";

interface Decoded {
  readonly body: string;
  /** What came after the body's end; undefined where it has not ended. */
  readonly rest: string | undefined;
}

/** As far as it goes, piece by piece. */
function decode(text: string, cuts: readonly number[] = []): Decoded {
  const decoder = new ChunkedDecoder();
  const pieces = cutAt(text, cuts);
  let body = "";
  for (const [index, piece] of pieces.entries()) {
    const end = decoder.decode(bytesOf(piece), 0, (bytes) => (body += latin1(bytes)));
    if (end !== -1) return { body, rest: piece.slice(end) + pieces.slice(index + 1).join("") };
  }
  return { body, rest: undefined };
}

function outcomeOf(text: string, cuts: readonly number[]): Decoded | "malformed" {
  try {
    return decode(text, cuts);
  } catch (thrown) {
    if (thrown instanceof MalformedBody) return "malformed";
    throw thrown;
  }
}

const next = "GET / HTTP/1.1\r\n";

describe("a body in chunks", () => {
  it.each([
    ["of nothing", "0\r\n\r\n", ""],
    ["of one", "3\r\nabc\r\n0\r\n\r\n", "abc"],
    ["of several", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"],
    ["with line ends in it", "6\r\n\r\n0\r\n\r\r\n0\r\n\r\n", "\r\n0\r\n\r"],
    [
      "with sizes in letters of both cases",
      "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "0123456789".repeat(2),
    ],
    ["with leading zeros", "0003\r\nabc\r\n0000\r\n\r\n", "abc"],
    ["with extensions", '3;a\r\nabc\r\n2 ; b="c;d"\r\nde\r\n0;last\r\n\r\n', "abcde"],
    ["with blanks behind a size", "3 \r\nabc\r\n0\t\r\n\r\n", "abc"],
    ["with trailers", "3\r\nabc\r\n0\r\nx: y\r\nexpires: never\r\n\r\n", "abc"],
    ["with all bytes", `100\r\n${allBytes()}\r\n0\r\n\r\n`, allBytes()],
  ])("%s is read to its end and no further, wherever it is cut", (_what, text, body) => {
    for (let cut = 0; cut <= text.length; cut++) {
      expect(decode(text + next, [cut])).toEqual({ body, rest: next });
    }
    const everywhere = Array.from(text, (_character, index) => index);
    expect(decode(text + next, everywhere)).toEqual({ body, rest: next });
    for (let length = 0; length < text.length; length++) {
      expect(decode(text.slice(0, length)).rest).toBeUndefined();
    }
  });

  it.each([
    ["an empty size", "\r\nabc"],
    ["a line feed alone behind a size", "3\nabc\r\n0\r\n\r\n"],
    ["a carriage return alone behind a size", "3\rabc\r\n0\r\n\r\n"],
    ["a line feed alone behind the data", "3\r\nabc\n0\r\n\r\n"],
    ["no line end behind the data", "3\r\nabc0\r\n\r\n"],
    ["too much data", "3\r\nabcd\r\n0\r\n\r\n"],
    ["too little data", "3\r\nab\r\n0\r\n\r\n"],
    ["a negative size", "-3\r\nabc\r\n0\r\n\r\n"],
    ["a signed size", "+3\r\nabc\r\n0\r\n\r\n"],
    ["a size with 0x", "0x3\r\nabc\r\n0\r\n\r\n"],
    ["a size with an underscore", "1_0\r\nabc\r\n0\r\n\r\n"],
    ["a size that is no hex number", "g\r\nabc\r\n0\r\n\r\n"],
    ["a blank before a size", " 3\r\nabc\r\n0\r\n\r\n"],
    ["a word behind a size", "3 4\r\nabc\r\n0\r\n\r\n"],
    ["a size that no number holds", "10000000000000000\r\nabc"],
    ["a size that is zeros without end", `${"0".repeat(14)}\r\n`],
    ["a line feed in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"],
    ["a carriage return alone in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"],
    ["a zero byte in an extension", "3;\0\r\nabc\r\n0\r\n\r\n"],
    ["an extension without end", `3;${"a".repeat(16 * 1024 + 1)}`],
    ["a line feed alone at the end", "0\r\n\n"],
    ["a line feed alone instead of the empty line", "0\r\nx: y\n\r\n"],
    ["a carriage return alone in a trailer", "0\r\nx: y\rz\r\n\r\n"],
    ["trailers without end", `0\r\n${"x: y\r\n".repeat(4_200)}\r\n`],
  ])("with %s is malformed, wherever it is cut", (_what, text) => {
    const cuts = text.length < 100 ? Array.from(text, (_character, index) => index) : [1, 5_000, 16_000];
    expect(outcomeOf(text, [])).toBe("malformed");
    expect(outcomeOf(text, cuts)).toBe("malformed");
  });

  it("of thousands of tiny chunks is one piece where they came together", () => {
    const text = `${"1\r\nx\r\n".repeat(10_000)}0\r\n\r\n${next}`;
    const pieces: string[] = [];
    const bytes = bytesOf(text);
    const end = new ChunkedDecoder().decode(bytes, 0, (piece) => pieces.push(latin1(piece)));
    expect([pieces, latin1(bytes.subarray(end))]).toEqual([["x".repeat(10_000)], next]);
  });

  it("that turns out to be malformed gives what came before", () => {
    let body = "";
    expect(() =>
      new ChunkedDecoder().decode(bytesOf("3\r\nabc\r\nx"), 0, (piece) => (body += latin1(piece))),
    ).toThrow(MalformedBody);
    expect(body).toBe("abc");
  });

  it("is what was put into it, whatever that was and however it is cut", () => {
    const chunk = fc.tuple(
      fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }),
      fc.constantFrom("", ";x", ' ;x="y"', " ", ";"),
      fc.boolean(),
      fc.nat({ max: 3 }),
    );
    const trailers = fc.array(fc.constantFrom("a: b\r\n", "c:\r\n"), { maxLength: 3 });
    const places = fc.array(fc.nat({ max: 300 }), { maxLength: 12 });
    const property = fc.property(
      fc.array(chunk, { maxLength: 6 }),
      trailers,
      places,
      (chunks, fields, cuts) => {
        const framed = chunks.map(([data, extension, isUpper, zeros]) => {
          const size = data.length.toString(16);
          return `${"0".repeat(zeros)}${isUpper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
        });
        const text = `${framed.join("")}0\r\n${fields.join("")}\r\n`;
        const body = chunks.map(([data]) => data).join("");
        expect(
          decode(
            text + next,
            cuts.filter((cut) => cut <= text.length),
          ),
        ).toEqual({ body, rest: next });
      },
    );
    expect(() => fc.assert(property, { numRuns: 300 })).not.toThrow();
  });

  it("is understood or refused in the same way however it is cut, whatever it is", () => {
    const words = fc.constantFrom("0", "3", "a", "\r\n", "\r", "\n", ";", " ", "abc", "x: y", "-", "ff");
    const property = fc.property(
      fc.array(words, { maxLength: 16 }),
      fc.array(fc.nat({ max: 30 }), { maxLength: 8 }),
      (pieces, cuts) => {
        const text = pieces.join("");
        const whole = outcomeOf(text, []);
        expect(
          outcomeOf(
            text,
            cuts.filter((cut) => cut <= text.length),
          ),
        ).toEqual(whole);
      },
    );
    expect(() => fc.assert(property, { numRuns: 1_000 })).not.toThrow();
  });
});

function allBytes(): string {
  return Array.from({ length: 256 }, (_none, code) => String.fromCharCode(code)).join("");
}
