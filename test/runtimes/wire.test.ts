/** What goes over the proxies' own connections, by the byte: to the box and to the client. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnswers } from "../http1/support/messages.ts";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  type ReceivedRequest,
  sendJson,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";
import { say } from "../support/raw-socket.ts";

const bytes = Buffer.from(Uint8Array.from({ length: 8_000_000 }, (_none, index) => (index * 7919) >> 3));

describe.each(["node", "bun", "deno"] as const)("on %s", (runtime) => {
  let upstream: FakeUpstream;
  let proxy: LaunchedProxy;

  beforeAll(async () => {
    upstream = await startUpstream(() => {});
    proxy = await launch(runtime, {
      backends: { box: { url: upstream.url } },
      logging: { level: "error" },
    });
  });
  afterAll(async () => {
    await proxy?.stop();
    await upstream?.stop();
  });

  /** Sets what the box does with the next request, and resolves with that request. */
  function script(handle: UpstreamHandler): Promise<ReceivedRequest> {
    upstream.handle = handle;
    return upstream.received(upstream.requests.length);
  }

  it.each(["announced", "in chunks"])("a large answer, %s, arrives whole, again and again", async (how) => {
    const ports: (number | undefined)[] = [];
    for (const length of [1_000_000, 8_000_000, 0, 65_536]) {
      void script((_request, response, raw) => {
        ports.push(raw.socket.remotePort);
        response.writeHead(200, how === "announced" ? { "content-length": length } : {});
        response.end(bytes.subarray(0, length));
      });
      const answer = await fetch(`${proxy.url}/v1/files/x/content`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(0, length))).toBe(true);
    }
    // The box keeps its connections, and so does the proxy, which may ask for models over one of them meanwhile.
    expect(new Set(ports).size).toBeLessThan(ports.length);
  });

  it.each(["announced", "in chunks"])("a large request, %s, arrives whole, again and again", async (how) => {
    for (const length of [1_000_000, 8_000_000, 65_536]) {
      const received = script((_request, response) => sendJson(response, 200, {}));
      const part = bytes.subarray(0, length);
      const body = how === "announced" ? part : new Blob([part]).stream();
      await (
        await fetch(`${proxy.url}/v1/files`, { method: "POST", body, duplex: "half" } as RequestInit)
      ).text();
      expect((await received).body.equals(part)).toBe(true);
    }
  });

  it("an answer that says nothing more than its status is passed on", async () => {
    void script((_request, response) => void response.writeHead(204).end());
    const answer = await fetch(`${proxy.url}/v1/files/x`, { method: "DELETE" });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("streams that are there at once are told apart on one connection", async () => {
    upstream.handle = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${chatChunk("all")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const body = JSON.stringify({
      model: "local-chat",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    const request = (connection: string) =>
      `POST /v1/chat/completions HTTP/1.1\r\nhost: box\r\nconnection: ${connection}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const kept = request("keep-alive");
    const answers = readAnswers(await say(proxy.url, [kept, kept + kept, request("close")]));
    expect(answers.map(({ status, body: events }) => [status, events.endsWith("data: [DONE]\n\n")])).toEqual(
      Array.from({ length: 4 }, () => [200, true]),
    );
  });

  it("a long chat arrives as it was sent, in whatever pieces it came", async () => {
    const received = script((_request, response) => sendJson(response, 200, chatAnswer()));
    const content = 'A "long" text \u2014 with \u00e9, \ud83d\ude00, \\ and\n\tlines. '.repeat(20_000);
    const body = Buffer.from(
      JSON.stringify({ model: "local-chat", messages: [{ role: "user", content }] }),
    ).toString("latin1");
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: box\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
    const cuts = [0, 1, 100, 20_000, 20_001, 300_000, 500_000, body.length];
    const pieces = cuts.slice(1).map((end, index) => body.slice(cuts[index], end));
    const [answer] = readAnswers(await say(proxy.url, [head, ...pieces]));
    expect(answer?.status).toBe(200);
    expect((await received).body.toString("latin1") === body).toBe(true);
  });

  it("a client that leaves after a long question ends the box's work", async () => {
    for (const length of [1_000, 80_000, 100_000, 140_000, 1_000_000]) {
      const received = script(() => {});
      const body = JSON.stringify({
        model: "local-chat",
        messages: [{ role: "user", content: "x".repeat(length) }],
      });
      const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: box\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const { closed } = await received;
      socket.destroy();
      await within(1_000, closed);
    }
  });
});

/** Fails where the promise takes longer. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It took longer than ${milliseconds} ms.`)), milliseconds);
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
