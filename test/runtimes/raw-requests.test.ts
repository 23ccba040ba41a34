/** What a proxy must not be talked into: each of these ends with one clear answer and a closed connection, on every runtime. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnswers } from "../http1/support/messages.ts";
import { deadUrl } from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";
import { say } from "../support/raw-socket.ts";

const live = "/health/live";
/** Answered with 200 wherever it is taken for a request. */
const smuggled = `GET ${live} HTTP/1.1\r\nhost: box\r\nconnection: close\r\n\r\n`;
const get = (...fields: string[]) =>
  `${[`GET ${live} HTTP/1.1`, "host: box", ...fields].join("\r\n")}\r\n\r\n`;
const post = (...fields: string[]) =>
  `${["POST /v1/chat/completions HTTP/1.1", "host: box", ...fields].join("\r\n")}\r\n\r\n`;
const line = (text: string) => `${text}\r\nhost: box\r\n\r\n`;

const corpus: readonly (readonly [what: string, bytes: string, statuses: readonly number[]])[] = [
  ["length before chunks", `${post("content-length: 4", "transfer-encoding: chunked")}0\r\n\r\n`, [400]],
  ["chunks before length", `${post("transfer-encoding: chunked", "content-length: 4")}0\r\n\r\n`, [400]],
  ["two lengths", `${post("content-length: 0", "content-length: 71")}`, [400]],
  ["two lengths in one field", `${post("content-length: 0, 71")}`, [400]],
  ["a signed length", post("content-length: +0"), [400]],
  ["a negative length", post("content-length: -1"), [400]],
  ["a length in hex", post("content-length: 0x0"), [400]],
  ["a length that overflows", post("content-length: 18446744073709551616"), [400]],
  ["a blank before the colon of a length", post("content-length : 71"), [400]],
  ["a blank before the colon of chunks", post("transfer-encoding : chunked"), [400]],
  ["chunks behind a vertical tab", post("transfer-encoding:\u000bchunked"), [400]],
  ["chunks behind a line feed", post("x: y\ntransfer-encoding: chunked"), [400]],
  ["chunks behind a carriage return", post("x: y\rtransfer-encoding: chunked"), [400]],
  ["chunks in a folded field", post("transfer-encoding:", " chunked"), [400]],
  ["chunks twice", post("transfer-encoding: chunked, chunked"), [501]],
  ["chunks in two fields", post("transfer-encoding: chunked", "transfer-encoding: identity"), [501]],
  ["chunks with a letter more", post("transfer-encoding: xchunked"), [501]],
  ["chunks in quotes", post('transfer-encoding: "chunked"'), [501]],
  ["chunks in HTTP/1.0", "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", [400]],
  ["a zero byte in a name", post("content-length\0: 71"), [400]],
  ["no host", `GET ${live} HTTP/1.1\r\n\r\n`, [400]],
  ["two hosts", get("host: other"), [400]],
  ["a host that is none", line(`GET ${live} HTTP/1.1`).replace("box", "b ox"), [400]],
  ["a port that is none", `GET / HTTP/1.1\r\nhost: box:99999\r\n\r\n`, [400]],
  ["a blank more in its line", line(`GET  ${live} HTTP/1.1`), [400]],
  ["a control in its target", line(`GET ${live}\u0001 HTTP/1.1`), [400]],
  ["a tunnel", line("CONNECT box:80 HTTP/1.1"), [400]],
  ["a tunnel to a path", line(`CONNECT ${live} HTTP/1.1`), [400]],
  ["another version", line(`GET ${live} HTTP/1.9`), [505]],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505]],
  ["HTTP/0.9", `GET ${live}\r\n\r\n`, [400]],
  ["TLS", "\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03", [400]],
  ["line feeds alone", `GET ${live} HTTP/1.1\nhost: box\n\n`, [400]],
  ["an unknown expectation", post("expect: tunnel"), [417]],
  ["a head of over 16 KiB", get(`x: ${"y".repeat(16 * 1024)}`), [431]],
  ["chunks of no size", `${post("transfer-encoding: chunked")}x\r\n`, [400]],
  ["a chunk that is longer than it says", `${post("transfer-encoding: chunked")}1\r\n{}\r\n0\r\n\r\n`, [400]],
  ["a chunk's line feed alone", `${post("transfer-encoding: chunked")}2\n{}\r\n0\r\n\r\n`, [400]],
  ["a chunk's size that overflows", `${post("transfer-encoding: chunked")}100000000000000000\r\n`, [400]],
  ["a good one before a bad one", get() + post("content-length: x"), [200, 400]],
  ["a request as its body", `${post(`content-length: ${smuggled.length}`, "connection: close")}`, [400]],
  ["all of its bytes counted", get() + get("connection: close"), [200, 200]],
];

describe.each(["node", "bun", "deno"] as const)("on %s", (runtime) => {
  let proxy: LaunchedProxy;
  beforeAll(async () => {
    const config = { backends: { box: { url: await deadUrl() } }, logging: { level: "error" } } as const;
    proxy = await launch(runtime, config);
  });
  afterAll(() => proxy?.stop());

  it.concurrent.each(corpus)("a request with %s gets one clear answer", async (_what, bytes, statuses) => {
    const heard = await say(proxy.url, [bytes, smuggled]);
    const answers = readAnswers(heard);
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    expect(answers.at(-1)?.fields.get("connection")).toBe("close");
  });

  it.concurrent("a good request is answered, wherever it is cut", async () => {
    const body = "{}";
    const text = post("connection: close", `content-length: ${body.length}`) + body;
    for (let cut = 1; cut < text.length; cut += 7) {
      const heard = await say(proxy.url, [text.slice(0, cut), text.slice(cut)]);
      expect(readAnswers(heard).map(({ status }) => status)).toEqual([400]);
    }
  });

  it.concurrent(
    "a client that is refused while it still sends hears why, and is not cut for it",
    async () => {
      const socket = connect({
        port: Number(new URL(proxy.url).port),
        host: new URL(proxy.url).hostname,
        allowHalfOpen: true,
      });
      let heard = "";
      socket.setEncoding("latin1").on("data", (text: string) => (heard += text));
      socket.write(post("content-length: x"));
      await once(socket, "end");
      socket.end("x".repeat(4_000_000));
      await once(socket, "finish");
      await once(socket, "close");
      expect(readAnswers(heard).map(({ status }) => status)).toEqual([400]);
    },
  );

  it.concurrent("serves on", async () => {
    expect((await fetch(proxy.url + live)).status).toBe(200);
  });
});
