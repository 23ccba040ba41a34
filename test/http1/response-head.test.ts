/** What a box's answer says of itself. */
import { describe, expect, it } from "vitest";
import { parseResponseHead, type ResponseHead } from "../../src/http1/response-head.ts";

const longest = 4_000;
const parse = (lines: readonly string[], method = "GET"): ResponseHead | undefined =>
  parseResponseHead(`${lines.join("\r\n")}\r\n`, method, longest);

const facts = (head: ResponseHead | undefined) =>
  head === undefined ? undefined : [head.status, head.bodyLength, head.keepAliveMs];

describe("an answer's head", () => {
  it.each<[string, string[], ReturnType<typeof facts>]>([
    ["with a length", ["HTTP/1.1 200 OK", "content-length: 5"], [200, 5, longest]],
    ["with a length of nothing", ["HTTP/1.1 200 OK", "content-length: 0"], [200, 0, longest]],
    ["in chunks", ["HTTP/1.1 200 OK", "transfer-encoding: chunked"], [200, "chunked", longest]],
    [
      "in chunks by other letters",
      ["HTTP/1.1 200 OK", "Transfer-Encoding: CHUNKED "],
      [200, "chunked", longest],
    ],
    ["with neither", ["HTTP/1.1 200 OK", "x: y"], [200, "close", 0]],
    ["with no field at all", ["HTTP/1.1 200 OK"], [200, "close", 0]],
    ["without a phrase", ["HTTP/1.1 200", "content-length: 1"], [200, 1, longest]],
    ["with an empty phrase", ["HTTP/1.1 200 ", "content-length: 1"], [200, 1, longest]],
    [
      "with a phrase of latin letters",
      ["HTTP/1.1 404 Nicht verf\u00fcgbar", "content-length: 1"],
      [404, 1, longest],
    ],
    [
      "with the same length twice",
      ["HTTP/1.1 200 OK", "content-length: 5", "content-length: 5"],
      [200, 5, longest],
    ],
    [
      "with the same length twice in one field",
      ["HTTP/1.1 200 OK", "content-length: 5, 5"],
      [200, 5, longest],
    ],
    [
      "with length and chunks",
      ["HTTP/1.1 200 OK", "content-length: 5", "transfer-encoding: chunked"],
      [200, "chunked", 0],
    ],
    ["with no content", ["HTTP/1.1 204 No Content", "content-length: 5"], [204, 0, longest]],
    ["not modified", ["HTTP/1.1 304 Not Modified", "transfer-encoding: chunked"], [304, 0, longest]],
    ["that is interim", ["HTTP/1.1 103 Early Hints", "link: x"], [103, 0, longest]],
    ["that closes", ["HTTP/1.1 200 OK", "content-length: 5", "connection: Close"], [200, 5, 0]],
    [
      "that closes among other words",
      ["HTTP/1.1 200 OK", "content-length: 5", "connection: x, close"],
      [200, 5, 0],
    ],
    ["of HTTP/1.0", ["HTTP/1.0 200 OK", "content-length: 5"], [200, 5, 0]],
    [
      "of HTTP/1.0 that stays",
      ["HTTP/1.0 200 OK", "content-length: 5", "connection: keep-alive"],
      [200, 5, longest],
    ],
    [
      "that stays for long",
      ["HTTP/1.1 200 OK", "content-length: 5", "keep-alive: timeout=60, max=9"],
      [200, 5, longest],
    ],
    [
      "that stays for short",
      ["HTTP/1.1 200 OK", "content-length: 5", "keep-alive: max=9, timeout=3"],
      [200, 5, 2_000],
    ],
    [
      "that stays for a second",
      ["HTTP/1.1 200 OK", "content-length: 5", "keep-alive: timeout=1"],
      [200, 5, 0],
    ],
    [
      "that stays for no time",
      ["HTTP/1.1 200 OK", "content-length: 5", "keep-alive: timeout=0"],
      [200, 5, 0],
    ],
    [
      "that stays for nobody knows how long",
      ["HTTP/1.1 200 OK", "content-length: 5", "keep-alive: timeout=x"],
      [200, 5, longest],
    ],
  ])("%s is understood", (_what, lines, expected) => {
    expect(facts(parse(lines))).toEqual(expected);
  });

  it("to HEAD has no body, whatever it says", () => {
    expect(facts(parse(["HTTP/1.1 200 OK", "content-length: 5"], "HEAD"))).toEqual([200, 0, longest]);
    expect(facts(parse(["HTTP/1.1 200 OK", "transfer-encoding: chunked"], "HEAD"))).toEqual([
      200,
      0,
      longest,
    ]);
  });

  it.each<[string, string[]]>([
    ["different lengths", ["HTTP/1.1 200 OK", "content-length: 5", "content-length: 6"]],
    ["a negative length", ["HTTP/1.1 200 OK", "content-length: -5"]],
    ["a signed length", ["HTTP/1.1 200 OK", "content-length: +5"]],
    ["a length in hex", ["HTTP/1.1 200 OK", "content-length: 0x5"]],
    ["a length with a fraction", ["HTTP/1.1 200 OK", "content-length: 5.0"]],
    ["an empty length", ["HTTP/1.1 200 OK", "content-length:"]],
    ["a length that no number holds", ["HTTP/1.1 200 OK", "content-length: 9007199254740993"]],
    ["a length among blanks that are none", ["HTTP/1.1 200 OK", "content-length: 5\u00a0"]],
    ["chunks that are packed", ["HTTP/1.1 200 OK", "transfer-encoding: gzip, chunked"]],
    ["chunks in chunks", ["HTTP/1.1 200 OK", "transfer-encoding: chunked, chunked"]],
    ["another version", ["HTTP/2 200 OK", "content-length: 5"]],
    ["a version that is none", ["HTTP/1.2 200 OK", "content-length: 5"]],
    ["another protocol", ["ICY 200 OK", "content-length: 5"]],
    ["lower-case letters", ["http/1.1 200 OK", "content-length: 5"]],
    ["a status of two digits", ["HTTP/1.1 20 OK", "content-length: 5"]],
    ["a status of four digits", ["HTTP/1.1 2000 OK", "content-length: 5"]],
    ["a status below all", ["HTTP/1.1 099 OK", "content-length: 5"]],
    ["a status above all", ["HTTP/1.1 600 OK", "content-length: 5"]],
    ["two blanks before the status", ["HTTP/1.1  200 OK", "content-length: 5"]],
    ["a bare line feed in the phrase", ["HTTP/1.1 200 OK\ncontent-length: 5"]],
    ["a bare carriage return in the phrase", ["HTTP/1.1 200 OK\rcontent-length: 5"]],
    ["a zero byte in the phrase", ["HTTP/1.1 200 \0", "content-length: 5"]],
    ["a folded field", ["HTTP/1.1 200 OK", "x: y", " z", "content-length: 5"]],
    ["a blank before the colon", ["HTTP/1.1 200 OK", "content-length : 5"]],
    ["a field without a colon", ["HTTP/1.1 200 OK", "content-length"]],
    ["a bare carriage return in a value", ["HTTP/1.1 200 OK", "x: a\rcontent-length: 5"]],
    ["nothing", [""]],
  ])("with %s is none", (_what, lines) => {
    expect(parse(lines)).toBeUndefined();
  });

  it("keeps cookies apart and joins all else", () => {
    const fields = parse(["HTTP/1.1 200 OK", "Set-Cookie: a=1", "x: 1", "set-cookie: b=2", "X: 2"])?.fields;
    expect([...(fields ?? [])]).toEqual([
      ["set-cookie", ["a=1", "b=2"]],
      ["x", "1, 2"],
    ]);
  });
});
