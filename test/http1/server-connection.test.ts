/** Requests over one connection of a client: taken apart, in order, one at a time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, cutAt } from "./support/fake-wire.ts";
import { readAnswers } from "./support/messages.ts";
import { answer, echo, serve, waitingHandle } from "./support/serve.ts";

const get = (path: string, ...fields: string[]) =>
  `${[`GET ${path} HTTP/1.1`, "host: box", ...fields].join("\r\n")}\r\n\r\n`;
const post = (path: string, body: string, ...fields: string[]) =>
  `${[`POST ${path} HTTP/1.1`, "host: box", `content-length: ${body.length}`, ...fields].join("\r\n")}\r\n\r\n${body}`;
const postChunks = (path: string, chunks: string) =>
  `POST ${path} HTTP/1.1\r\nhost: box\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`;

const bodiesOf = (written: string) => readAnswers(written).map(({ body }) => body);
const statusesOf = (written: string) => readAnswers(written).map(({ status }) => status);

const several = [
  post("/one", "first body"),
  `\r\n\r\n${get("/two")}`,
  postChunks("/three", "6\r\nGET / \r\n4;x=y\r\nHTTP\r\n0\r\nx: y\r\n\r\n"),
  post("/four", ""),
  get("/five", "connection: close"),
  get("/never"),
].join("");
const severalAnswers = [
  "POST /one [first body]",
  "GET /two []",
  "POST /three [GET / HTTP]",
  "POST /four []",
  "GET /five []",
];

/** Answers with a stream that the test fills. */
function scripted(headers: ReadonlyMap<string, string>) {
  const answering = {
    calls: 0,
    stream: undefined as ReadableStreamDefaultController<Uint8Array> | undefined,
    handle() {
      answering.calls++;
      return answer(
        new ReadableStream<Uint8Array>({ start: (stream) => void (answering.stream = stream) }),
        200,
        headers,
      );
    },
  };
  return answering;
}

describe("requests that come one behind the other", () => {
  it("are answered in their order, wherever they are cut", async () => {
    for (let cut = 0; cut <= several.length; cut++) {
      const { feed, wire } = serve(echo);
      await feed(...cutAt(several, [cut]));
      expect(bodiesOf(wire.written)).toEqual(severalAnswers);
      expect(wire.isEnded).toBe(true);
    }
  });

  it("are answered in their order, cut at every byte and at random", async () => {
    const bytewise = serve(echo);
    for (const byte of several) bytewise.connection.received(bytesOf(byte));
    await bytewise.turn.settle();
    expect(bodiesOf(bytewise.wire.written)).toEqual(severalAnswers);
    const places = fc.array(fc.nat({ max: several.length }), { maxLength: 20 });
    const property = fc.asyncProperty(places, fc.boolean(), async (cuts, isAtOnce) => {
      const { feed, connection, turn, wire } = serve(echo);
      const pieces = cutAt(several, cuts);
      if (isAtOnce) for (const piece of pieces) connection.received(bytesOf(piece));
      else await feed(...pieces);
      await turn.settle();
      expect(bodiesOf(wire.written)).toEqual(severalAnswers);
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });

  it("are handled one at a time, the next one once the answer before it was handed on", async () => {
    const { handle, requests, answer: answerTo } = waitingHandle();
    const { feed, turn, wire } = serve(handle);
    await feed(post("/one", "body") + get("/two") + get("/three"));
    expect(requests.map(({ url }) => url)).toEqual(["http://box/one"]);
    answerTo(0, answer("1"));
    await turn.settle();
    expect(requests.map(({ url }) => url)).toEqual(["http://box/one", "http://box/two"]);
    expect(bodiesOf(wire.written)).toEqual(["1"]);
  });

  it("wait for a stream before them to end, also where it ended as soon as it began", async () => {
    const stream = () => new Response("in pieces").body;
    const { feed, wire } = serve(() => answer(stream()));
    await feed(get("/one") + get("/two") + get("/three", "connection: close"));
    expect(bodiesOf(wire.written)).toEqual(["in pieces", "in pieces", "in pieces"]);
    expect(wire.written.split("0\r\n\r\n")).toHaveLength(4);
  });

  it("are no longer read once 64 KiB of them wait, until it is their turn", async () => {
    const { handle, requests, answer: answerTo } = waitingHandle();
    const { feed, turn, wire } = serve(handle);
    const filler = `x: ${"y".repeat(8_000)}`;
    await feed(get("/0"));
    for (let index = 1; index <= 9; index++) {
      expect(wire.isPaused).toBe(false);
      await feed(get(`/${index}`, filler));
    }
    expect(wire.isPaused).toBe(true);
    for (let index = 0; index < 10; index++) {
      answerTo(index, answer(`${index}`));
      await turn.settle();
    }
    expect(requests).toHaveLength(10);
    expect(bodiesOf(wire.written)).toEqual(Array.from({ length: 10 }, (_none, index) => `${index}`));
    expect(wire.isPaused).toBe(false);
  });

  it("reach the app with the client's address and all that they say", async () => {
    const { feed, wire } = serve(async (request) =>
      answer(JSON.stringify([request.method, request.url, ...request.headers, await request.text()])),
    );
    await feed(post("/v1/x?y=1", "a body", "X-Many: a", "cookie: a=1", "x-many: b", "cookie: b=2"));
    expect(JSON.parse(bodiesOf(wire.written)[0] ?? "")).toEqual([
      "POST",
      "http://box/v1/x?y=1",
      ["host", "box"],
      ["content-length", "6"],
      ["x-many", "a, b"],
      ["cookie", "a=1; b=2"],
      "a body",
    ]);
  });
});

describe("a connection", () => {
  it.each<[string, string, string, boolean]>([
    ["HTTP/1.1", get("/"), "keep-alive", true],
    ["HTTP/1.1 that closes", get("/", "connection: close"), "close", false],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "close", false],
    ["HTTP/1.0 that stays", "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", "keep-alive", true],
  ])("of %s says whether it stays, and does", async (_what, request, told, stays) => {
    const { feed, wire } = serve(echo);
    await feed(request);
    expect(readAnswers(wire.written)[0]?.fields.get("connection")).toBe(told);
    expect(wire.isEnded).toBe(!stays);
    await feed(get("/again"));
    expect(statusesOf(wire.written)).toHaveLength(stays ? 2 : 1);
  });

  it("keeps its order through HEAD, 204 and 304", async () => {
    const { feed, wire } = serve(({ method, url }) =>
      answer(method === "HEAD" ? "unseen" : null, Number(url.split("/").at(-1))),
    );
    const head = "HEAD /200 HTTP/1.1\r\nhost: box\r\n\r\n";
    await feed(head + get("/204") + get("/304") + head + get("/200"));
    const answers = readAnswers(wire.written, ["HEAD", "GET", "GET", "HEAD", "GET"]);
    expect(answers.map(({ status, fields }) => [status, fields.get("content-length")])).toEqual([
      [200, "6"],
      [204, undefined],
      [304, undefined],
      [200, "6"],
      [200, "0"],
    ]);
  });

  it("tells a client to go on that waits for it, and one that has begun by itself as well", async () => {
    const { feed, wire } = serve(echo);
    const [head = "", body = ""] = post("/", "body", "expect: 100-continue").split(/(?<=\r\n\r\n)/);
    await feed(head);
    expect(wire.take()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    await feed(body + head + body);
    expect(bodiesOf(wire.written)).toEqual(["POST / [body]", "POST / [body]"]);
    expect(wire.written).toContain("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
  });

  it("tells nobody to go on who has nothing to send", async () => {
    const { feed, wire } = serve(echo);
    await feed(get("/", "expect: 100-continue"));
    expect(wire.written).not.toContain("100 Continue");
  });

  it.each(["3", "9"])(
    "is cut where an answer of 4 bytes announced %s, and answers nothing further",
    async (length) => {
      const answering = scripted(new Map([["content-length", length]]));
      const { feed, turn, wire } = serve(answering.handle);
      await feed(get("/one") + get("/two"));
      answering.stream?.enqueue(bytesOf("four"));
      await turn.settle();
      if (!wire.isDestroyed) answering.stream?.close();
      await turn.settle();
      expect([wire.isDestroyed, answering.calls]).toEqual([true, 1]);
      expect(wire.written.split("\r\n\r\n")[1]).toBe(length === "3" ? "" : "four");
    },
  );

  it("is cut where an answer fails midway, and answers nothing further", async () => {
    const answering = scripted(new Map());
    const { feed, turn, wire } = serve(answering.handle);
    await feed(get("/one") + get("/two"));
    answering.stream?.enqueue(bytesOf("half"));
    await turn.settle();
    answering.stream?.error(new Error("lost"));
    await turn.settle();
    expect([wire.isDestroyed, answering.calls]).toEqual([true, 1]);
    expect(wire.written).toMatch(/\r\n\r\n4\r\nhalf\r\n$/);
  });

  it("answers 500 without words where the app throws, and goes on", async () => {
    let calls = 0;
    const { feed, wire } = serve(() => {
      if (calls++ === 0) throw new Error("secret");
      return answer("fine");
    });
    await feed(get("/one") + get("/two"));
    expect(readAnswers(wire.written).map(({ status, body }) => [status, body])).toEqual([
      [500, ""],
      [200, "fine"],
    ]);
  });
});
