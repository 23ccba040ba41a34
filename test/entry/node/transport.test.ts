/** What the app relies on in `Runtime.fetch`, by real sockets. */
import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { connectOnNode } from "../../../src/entry/node/connect.ts";
import { turn } from "../../../src/entry/turn.ts";
import { unpack } from "../../../src/entry/unpack.ts";
import { createTransport } from "../../../src/http1/transport.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (signal = new AbortController().signal) =>
  ({ method: "GET", headers: new Map([["x-asked", "yes"]]), body: null, signal }) as const;
const fetch = createTransport({ turn, connect: connectOnNode, unpack });

describe("a request", () => {
  it("of several pieces is one body of a known length, each time it is sent", async () => {
    const heard: unknown[] = [];
    const url = await serve(async (request, response) => {
      const { "content-length": length, "transfer-encoding": coding } = request.headers;
      heard.push([length, coding, await text(request)]);
      response.end();
    });
    const body = ["one ", "two ", "three"].map((piece) => new TextEncoder().encode(piece));
    const init = { ...get(), method: "POST", body };
    for (const _time of [1, 2]) await (await fetch(url, init)).text();
    const whole = ["13", undefined, "one two three"];
    expect(heard).toEqual([whole, whole]);
  });
});

describe("an answer", () => {
  it("has status, headers and body, and is read once", async () => {
    const url = await serve((request, response) => {
      response.setHeader("x-heard", String(request.headers["x-asked"]));
      response.statusCode = 418;
      response.end("short and stout");
    });
    const answer = await fetch(`${url}/teapot?x=1`, get());
    expect([answer.status, answer.ok, answer.headers.get("X-Heard")]).toEqual([418, false, "yes"]);
    expect(await answer.text()).toBe("short and stout");
    await expect(answer.text()).rejects.toThrow("read already");
  });

  it("streams, at the pace of its reader", async () => {
    let written = 0;
    const url = await serve((_request, response) => {
      const chunk = Buffer.alloc(100_000, "x");
      const more = () => {
        while (written < 1_000) {
          written++;
          if (!response.write(chunk)) return response.once("drain", more);
        }
        return response.end();
      };
      more();
    });
    const answer = await fetch(url, get());
    const reader = answer.body?.getReader();
    await reader?.read();
    await expect.poll(() => written, { interval: 200 }).toBeLessThan(500);
    let length = 0;
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      length += next.value.byteLength;
    }
    expect(written).toBe(1_000);
    expect(length).toBeGreaterThan(99_800_000);
  });

  const packers = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  it.for(Object.entries(packers))("is unpacked where it comes as %s all the same", async ([coding, pack]) => {
    const url = await serve((_request, response) => {
      response.setHeader("content-encoding", coding);
      response.end(pack('{"packed":true}'));
    });
    expect(await (await fetch(url, get())).json()).toEqual({ packed: true });
    const streamed = await fetch(url, get());
    expect(await new Response(streamed.body).json()).toEqual({ packed: true });
  });

  it("follows no redirect", async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: "/else" }).end());
    expect((await fetch(url, get())).status).toBe(302);
  });
});

describe("a request", () => {
  it("sends bytes with their length, and a stream in chunks", async () => {
    const heard: string[] = [];
    const url = await serve((request, response) => {
      const { "content-length": length, "transfer-encoding": coding } = request.headers;
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        heard.push(`${length ?? coding}: ${Buffer.concat(chunks)}`);
        response.end();
      });
    });
    const bytes = new TextEncoder().encode("whole");
    await (await fetch(url, { ...get(), method: "POST", body: bytes })).text();
    const { body } = new Response("in parts");
    await (await fetch(url, { ...get(), method: "POST", body })).text();
    expect(heard).toEqual(["5: whole", "chunked: in parts"]);
  });

  it("is called off by its signal, with the signal's reason: before, during and after the headers", async () => {
    let closed = 0;
    const url = await serve((request, response) => {
      response.once("close", () => closed++);
      if (request.url === "/slow-body") response.write("first");
    });
    const reason = new Error("not wanted any more");
    await expect(fetch(url, get(AbortSignal.abort(reason)))).rejects.toBe(reason);
    const early = new AbortController();
    const silent = fetch(url, get(early.signal));
    await expect.poll(() => server?.listenerCount("request")).toBe(1);
    setTimeout(() => early.abort(reason), 50);
    await expect(silent).rejects.toBe(reason);
    const late = new AbortController();
    const answer = await fetch(`${url}/slow-body`, get(late.signal));
    const whole = answer.text();
    late.abort(reason);
    await expect(whole).rejects.toBe(reason);
    const left = await fetch(`${url}/slow-body`, get());
    await left.body?.cancel();
    await expect.poll(() => closed).toBe(3);
  });

  it("rejects with the system's code where nobody listens, and where the answer breaks off", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 10 });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    await expect((await fetch(url, get())).text()).rejects.toThrow("other side closed");
    server?.close();
    await expect(fetch("http://127.0.0.1:1/", get())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
