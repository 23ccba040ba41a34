/** What a connection refuses: with one clear answer, and nothing behind it is taken for a request. */
import { describe, expect, it } from "vitest";
import { readAnswers } from "./support/messages.ts";
import { echo, serve } from "./support/serve.ts";

const next = "GET /smuggled HTTP/1.1\r\nhost: box\r\n\r\n";
const head = (fields: string, line = "POST / HTTP/1.1") => `${line}\r\nhost: box\r\n${fields}\r\n\r\n`;
const longestHead = 16 * 1024;

/** A head of exactly so many bytes. */
function headOf(length: number): string {
  const start = head("x: ", "GET / HTTP/1.1").length;
  return head(`x: ${"y".repeat(length - start)}`, "GET / HTTP/1.1");
}

const refused: readonly (readonly [string, string, number])[] = [
  ["two lengths", head("content-length: 5\r\ncontent-length: 6"), 400],
  ["a length and chunks", head("content-length: 5\r\ntransfer-encoding: chunked"), 400],
  ["an unknown coding", head("transfer-encoding: gzip"), 501],
  ["a blank before a colon", head("transfer-encoding : chunked"), 400],
  ["a folded field", head("x: y\r\n z"), 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", head("host: other", "GET / HTTP/1.1"), 400],
  ["the same host twice", head("host: box", "GET / HTTP/1.1"), 400],
  ["a host with a path", "GET / HTTP/1.1\r\nhost: box/x\r\n\r\n", 400],
  ["a host with a name before it", "GET / HTTP/1.1\r\nhost: me@box\r\n\r\n", 400],
  ["a host with a port that is none", "GET / HTTP/1.1\r\nhost: box:99999\r\n\r\n", 400],
  ["an empty host", "GET / HTTP/1.1\r\nhost:\r\n\r\n", 400],
  ["a target without a slash", head("x: y", "GET v1 HTTP/1.1"), 400],
  ["a target with a name before it", head("x: y", "GET http://me@other/ HTTP/1.1"), 400],
  ["a target of another scheme", head("x: y", "GET ftp://other/ HTTP/1.1"), 400],
  ["a tunnel", head("x: y", "CONNECT box:443 HTTP/1.1"), 400],
  ["another version", head("x: y", "GET / HTTP/1.2"), 505],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["another expectation", head("expect: more"), 417],
  ["a head that is too long by a byte", headOf(longestHead + 1), 431],
  ["a head without end", head(`x: ${"y".repeat(longestHead)}`).slice(0, longestHead + 1), 431],
  ["line feeds alone", "GET / HTTP/1.1\nhost: box\n\n", 400],
  ["a line feed alone in a head that has not ended", "GET / HTTP/1.1\r\nhost: box\n", 400],
  ["a line feed alone before all", "\nGET / HTTP/1.1\r\nhost: box\r\n", 400],
  ["a carriage return alone in a head that has not ended", "GET / HTTP/1.1\rhost: box\r\n", 400],
  ["the first bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
  ["zero bytes", "\0\0\0\0", 400],
  ["a byte order mark", `\u00ef\u00bb\u00bf${next}`, 400],
];

describe("a request", () => {
  it.each(refused)("with %s is refused once, and the connection closed", async (_what, text, status) => {
    const served: string[] = [];
    const { feed, wire } = serve(({ url }) => {
      served.push(url);
      return Response.json({});
    });
    await feed(text, next, next + next);
    const answers = readAnswers(wire.written);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.fields.get("connection")).toBe("close");
    expect(answers[0]?.fields.get("content-type")).toBe("application/json");
    expect(JSON.parse(answers[0]?.body ?? "")).toEqual({
      error: { message: expect.any(String), type: "invalid_request_error", param: null, code: null },
    });
    expect([wire.isEnded, served]).toEqual([true, []]);
  });

  const short = refused.filter(([, text]) => text.length < 1_000);
  it.each(short)("with %s is refused, too, when it comes byte by byte", async (_what, text, status) => {
    const { connection, turn, wire } = serve(echo);
    for (const byte of text) connection.received(Uint8Array.of(byte.charCodeAt(0)));
    await turn.settle();
    expect(readAnswers(wire.written).map((answer) => answer.status)).toEqual([status]);
  });

  it("behind a good one is refused after that one's answer", async () => {
    const { feed, wire } = serve(echo);
    await feed(head("content-length: 4") + "body" + head("content-length: x") + next);
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([200, 400]);
    expect(wire.isEnded).toBe(true);
  });

  it("with a head of exactly 16 KiB is taken", async () => {
    const { feed, wire } = serve(echo);
    await feed(headOf(longestHead) + headOf(longestHead).slice(0, 100), headOf(longestHead).slice(100));
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("whose carriage return came without its line feed yet is waited for", async () => {
    const { feed, wire } = serve(echo);
    await feed("\r", "\nGET / HTTP/1.1\r", "\nhost: box\r", "\n\r", "\n");
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([200]);
  });
});

describe("a body in chunks that cannot be read", () => {
  it.each([
    ["a size that is none", "x\r\n"],
    ["a line feed alone", "3\nabc\r\n0\r\n\r\n"],
    ["a size that is too small", "2\r\nabc\r\n0\r\n\r\n"],
    ["a size that no number holds", "ffffffffffffffffffff\r\n"],
  ])("for %s fails its request, and nothing behind it is one", async (_what, chunks) => {
    const served: string[] = [];
    const { feed, wire } = serve(async (request) => {
      served.push(request.url);
      return new Response(await request.text().catch(() => "unreadable"));
    });
    await feed(head("transfer-encoding: chunked") + chunks + next, next);
    const answers = readAnswers(wire.written);
    expect(answers.map(({ body }) => body)).toEqual(["unreadable"]);
    expect(answers[0]?.fields.get("connection")).toBe("close");
    expect([wire.isOver, served]).toEqual([true, ["http://box/"]]);
  });
});
