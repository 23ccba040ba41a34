/** Connections to boxes by real sockets: which is used again, and what their ends mean. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connectOnNode } from "../../../src/entry/node/connect.ts";
import { turn } from "../../../src/entry/turn.ts";
import { unpack } from "../../../src/entry/unpack.ts";
import { createTransport } from "../../../src/http1/transport.ts";

const head = "HTTP/1.1 200 OK\r\n";
const ok = (text: string) => `${head}content-length: ${text.length}\r\n\r\n${text}`;

let server: Server | undefined;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server?.close();
});

/** `hear` is told of each piece that comes over a connection. */
async function box(hear: (socket: Socket, text: string) => void) {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => hear(socket, bytes.toString("latin1")));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const fetch = createTransport({ turn, connect: connectOnNode, unpack });
  const { signal } = new AbortController();
  const get = () => fetch(url, { method: "GET", headers: new Map(), body: null, signal });
  return { get, text: async () => (await get()).text() };
}

async function closing(socket: Socket | undefined): Promise<void> {
  if (socket !== undefined && !socket.destroyed)
    await new Promise((resolve) => socket.once("close", resolve));
}

describe("a connection", () => {
  it("serves many requests in a row", async () => {
    let count = 0;
    const { text } = await box((socket) => socket.write(ok(`${count++}`)));
    for (let index = 0; index < 50; index++) expect(await text()).toBe(`${index}`);
    expect(sockets).toHaveLength(1);
  });

  it("that the box closes behind each answer costs no request", async () => {
    let count = 0;
    const { text } = await box((socket) => {
      count++;
      socket.end(ok("fine"));
    });
    const texts: string[] = [];
    for (let index = 0; index < 30; index++) {
      texts.push(await text());
      await closing(sockets.at(-1));
    }
    expect([new Set(texts), count, sockets.length]).toEqual([new Set(["fine"]), 30, 30]);
  });

  it("that the box breaks instead of answering is told as such, and the request is not sent again", async () => {
    let count = 0;
    const { text } = await box((socket) => {
      if (count++ === 0) socket.write(ok("fine"));
      else socket.resetAndDestroy();
    });
    expect(await text()).toBe("fine");
    await expect(text()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(count).toBe(2);
  });

  it("that speaks behind its answer is not used again", async () => {
    const { text } = await box((socket) => socket.write(`${ok("fine")}HTTP/1.1 500 Not Asked\r\n\r\n`));
    expect([await text(), await text(), sockets.length]).toEqual(["fine", "fine", 2]);
  });
});

describe("an answer", () => {
  it("without a length ends with its connection, and fails where that breaks", async () => {
    let isBreaking = false;
    const { text } = await box((socket) => {
      socket.write(`${head}\r\nhalf `, () => {
        if (isBreaking) socket.resetAndDestroy();
        else socket.end("and half");
      });
    });
    expect(await text()).toBe("half and half");
    isBreaking = true;
    await expect(text()).rejects.toThrow(/closed|ECONNRESET/);
  });

  it.each([
    ["a length", "content-length: 10\r\n\r\nhalf"],
    ["chunks", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
    ["chunks without their last line end", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n"],
    ["a head", "x: y\r\n"],
  ])("with %s that breaks off fails", async (_what, half) => {
    const { text } = await box((socket) => socket.end(head + half));
    await expect(text()).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("of a box that speaks TLS where it should not fails at once", async () => {
    const { text } = await box((socket) => socket.write("\u0015\u0003\u0003\0\u0002\u0002\u0046", "latin1"));
    await expect(text()).rejects.toMatchObject({ code: "HPE_INVALID" });
  });

  it("of many megabytes that its reader leaves closes its connection", async () => {
    const { get } = await box((socket) =>
      socket.write(`${head}content-length: 80000000\r\n\r\n${"x".repeat(8_000_000)}`),
    );
    const reader = (await get()).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await closing(sockets[0]);
    expect(sockets[0]?.destroyed).toBe(true);
  });
});
