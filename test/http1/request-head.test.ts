/** What requests are taken, and which are refused with which status. */
import { describe, expect, it } from "vitest";
import { parseRequestHead, type RequestHead } from "../../src/http1/request-head.ts";

const host = "host: box";
const parse = (...lines: readonly string[]) => parseRequestHead(`${lines.join("\r\n")}\r\n`);

function taken(...lines: readonly string[]): RequestHead {
  const head = parse(...lines);
  if (typeof head === "number") throw new Error(`It was refused with ${head}.`);
  return head;
}

describe("a request line", () => {
  it.each([
    ["GET / HTTP/1.1", "GET", "/"],
    ["POST /v1/x?a=1&b=%20 HTTP/1.1", "POST", "/v1/x?a=1&b=%20"],
    ["get / HTTP/1.1", "get", "/"],
    ["M-SEARCH /x HTTP/1.1", "M-SEARCH", "/x"],
    ["GET http://other:8080/v1 HTTP/1.1", "GET", "http://other:8080/v1"],
    ["OPTIONS * HTTP/1.1", "OPTIONS", "*"],
    ["GET /caf\u00e9 HTTP/1.1", "GET", "/caf\u00e9"],
    ["GET //a HTTP/1.1", "GET", "//a"],
  ])("%j is taken", (line, method, target) => {
    expect(taken(line, host)).toMatchObject({ method, target });
  });

  it.each([
    ["", 400],
    ["GET", 400],
    ["GET /", 400],
    ["GET  / HTTP/1.1", 400],
    ["GET /  HTTP/1.1", 400],
    ["GET / HTTP/1.1 ", 400],
    [" GET / HTTP/1.1", 400],
    ["GET\t/ HTTP/1.1", 400],
    ["GET /\tHTTP/1.1", 400],
    ["GET /a b HTTP/1.1", 400],
    ["GET /a\tb HTTP/1.1", 400],
    ["GET /a\0 HTTP/1.1", 400],
    ["GET /a\u007f HTTP/1.1", 400],
    ["GET /a\rb HTTP/1.1", 400],
    ["GET /a\nb HTTP/1.1", 400],
    ["GET / HTTP/1.1\nx: y", 400],
    ["GET / HTTP/1.1\r", 400],
    ["G(T / HTTP/1.1", 400],
    ["G\u00c9T / HTTP/1.1", 400],
    ["GET: / HTTP/1.1", 400],
    ["CONNECT box:443 HTTP/1.1", 400],
    ["CONNECT /v1/models HTTP/1.1", 400],
    ["GET / http/1.1", 400],
    ["GET / HTTP/1.1x", 400],
    ["GET / HTTP/1.01", 400],
    ["GET / HTTP/01.1", 400],
    ["GET / HTTP/+1.1", 400],
    ["GET / HTTPS/1.1", 400],
    ["GET / XTTP/1.1", 400],
    ["GET / HTTP /1.1", 400],
    ["GET / HTTP/1.2", 505],
    ["GET / HTTP/0.9", 505],
    ["GET / HTTP/2", 505],
    ["PRI * HTTP/2.0", 505],
    ["GET / HTTP/3.0", 505],
  ])("%j is refused with %i", (line, status) => {
    expect(parse(line, host)).toBe(status);
  });
});

describe("a request's host", () => {
  it("is needed in HTTP/1.1 and not in HTTP/1.0", () => {
    expect(parse("GET / HTTP/1.1", "x: y")).toBe(400);
    expect(parse("GET / HTTP/1.1")).toBe(400);
    expect(taken("GET / HTTP/1.0").bodyLength).toBe(0);
  });
});

describe("the length of a request's body", () => {
  it.each<[string[], RequestHead["bodyLength"]]>([
    [[], 0],
    [["content-length: 0"], 0],
    [["content-length: 5"], 5],
    [["Content-Length:\t5 "], 5],
    [["content-length: 9007199254740991"], 9_007_199_254_740_991],
    [["transfer-encoding: chunked"], "chunked"],
    [["Transfer-Encoding: Chunked"], "chunked"],
    [["transfer-encoding:\tchunked \t"], "chunked"],
  ])("is told by %j", (fields, length) => {
    expect(taken("POST / HTTP/1.1", host, ...fields).bodyLength).toBe(length);
  });

  it.each<[string[], number]>([
    [["content-length: 5", "transfer-encoding: chunked"], 400],
    [["transfer-encoding: chunked", "content-length: 5"], 400],
    [["transfer-encoding: chunked", "content-length:"], 400],
    [["transfer-encoding:", "content-length: 5"], 400],
    [["transfer-encoding: identity", "content-length: 5"], 400],
    [["content-length: 5", "content-length: 6"], 400],
    [["content-length: 5", "content-length: 5"], 400],
    [["content-length: 5", "Content-Length: 5"], 400],
    [["content-length: 5, 5"], 400],
    [["content-length: 5,"], 400],
    [["content-length:"], 400],
    [["content-length: +5"], 400],
    [["content-length: -5"], 400],
    [["content-length: 5 5"], 400],
    [["content-length: 0x5"], 400],
    [["content-length: 5h"], 400],
    [["content-length: 5.0"], 400],
    [["content-length: 5\u00a0"], 400],
    [["content-length: '5'"], 400],
    [["content-length: 9007199254740992"], 400],
    [["content-length: 18446744073709551621"], 400],
    [["content-length : 5"], 400],
    [["content-length\t: 5"], 400],
    [[" content-length: 5"], 400],
    [["x: y", " content-length: 5"], 400],
    [["x: y\rcontent-length: 5"], 400],
    [["x: y\ncontent-length: 5"], 400],
    [["transfer-encoding : chunked"], 400],
    [["transfer-encoding\0: chunked"], 400],
    [["transfer-encoding:\u000bchunked"], 400],
    [["transfer-encoding: chunked\0"], 400],
    [["transfer-encoding: gzip"], 501],
    [["transfer-encoding: identity"], 501],
    [["transfer-encoding:"], 501],
    [["transfer-encoding: xchunked"], 501],
    [["transfer-encoding: chunked\u00a0"], 501],
    [['transfer-encoding: "chunked"'], 501],
    [["transfer-encoding: chunked, chunked"], 501],
    [["transfer-encoding: chunked", "transfer-encoding: chunked"], 501],
    [["transfer-encoding: gzip, chunked"], 501],
    [["transfer-encoding: chunked, identity"], 501],
    [["transfer-encoding: chunked", "transfer-encoding: x"], 501],
    [["transfer-encoding: chunked;q=1"], 501],
  ])("is no riddle, so that %j is refused with %i", (fields, status) => {
    expect(parse("POST / HTTP/1.1", host, ...fields)).toBe(status);
  });

  it("comes in chunks in HTTP/1.1 alone", () => {
    expect(parse("POST / HTTP/1.0", host, "transfer-encoding: chunked")).toBe(400);
    expect(taken("POST / HTTP/1.0", "content-length: 5").bodyLength).toBe(5);
  });
});

describe("a connection", () => {
  it.each<[version: string, connection: string | undefined, keepsAlive: boolean]>([
    ["1.1", undefined, true],
    ["1.1", "keep-alive", true],
    ["1.1", "close", false],
    ["1.1", "Close", false],
    ["1.1", "x, CLOSE ,y", false],
    ["1.1", "keep-alive, close", false],
    ["1.1", "closed", true],
    ["1.1", "", true],
    ["1.1", "upgrade, http2-settings", true],
    ["1.0", undefined, false],
    ["1.0", "Keep-Alive", true],
    ["1.0", "x", false],
    ["1.0", "keep-alive, close", false],
  ])("of HTTP/%s with %j stays: %s", (version, connection, keepsAlive) => {
    const fields = connection === undefined ? [] : [`connection: ${connection}`];
    const head = taken(`GET / HTTP/${version}`, host, ...fields);
    expect([head.keepsAlive, head.takesChunks]).toEqual([keepsAlive, version === "1.1"]);
  });
});

describe("an expectation", () => {
  it("is 100-continue or refused, and passed over in HTTP/1.0", () => {
    const head = (version: string, ...expected: string[]) =>
      parse(`POST / HTTP/${version}`, host, ...expected.map((value) => `expect: ${value}`));
    expect(head("1.1", "100-continue")).toMatchObject({ expectsContinue: true });
    expect(head("1.1", "100-Continue")).toMatchObject({ expectsContinue: true });
    expect(head("1.1")).toMatchObject({ expectsContinue: false });
    expect(head("1.1", "200-ok")).toBe(417);
    expect(head("1.1", "100-continue", "100-continue")).toBe(417);
    expect(head("1.1", "")).toBe(417);
    expect(head("1.0", "100-continue")).toMatchObject({ expectsContinue: false });
    expect(head("1.0", "x")).toMatchObject({ expectsContinue: false });
  });
});
