/** What comes and goes over the wire of Node's listener, beyond what every runtime's contract says. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Handler, Listener } from "../../../src/cli/shell.ts";
import { listenOnNode } from "../../../src/entry/node/listener.ts";
import { Answer } from "../../../src/http1/light-response.ts";

let listener: Listener | undefined;
afterEach(() => listener?.stop(0));

async function listen(handler: Handler): Promise<string> {
  listener = await listenOnNode(handler, { host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.port}`;
}

/** All that comes back until the server closes. */
function say(text: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(listener?.port ?? 0, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (heard += chunk.toString()));
    socket.on("close", () => resolve(heard));
    socket.on("error", () => {});
  });
}

describe("a request", () => {
  it("reaches the app with its URL, headers as Headers joins them, and body", async () => {
    await listen(async (request) => {
      const { method, url, headers } = request;
      return Response.json({
        method,
        url,
        many: headers.get("X-Many"),
        text: await request.text(),
        used: request.bodyUsed,
      });
    });
    const heard = await say(
      "PUT /v1/x?y=1 HTTP/1.1\r\nhost: box:9\r\nx-many: a\r\nX-Many: b\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody",
    );
    expect(heard).toContain(
      '{"method":"PUT","url":"http://box:9/v1/x?y=1","many":"a, b","text":"body","used":true}',
    );
  });

  it("may come in chunks, be cloned, and have no body", async () => {
    const url = await listen(async (request) => {
      const [one, other] = [request.clone(), request];
      return Response.json([await one.text(), other.body === null ? null : await other.text()]);
    });
    const { body } = new Response("in parts");
    const sent = { method: "POST", body, duplex: "half" } as RequestInit;
    expect(await (await fetch(url, sent)).json()).toEqual(["in parts", "in parts"]);
    expect(await (await fetch(url)).json()).toEqual(["", null]);
  });

  it.each<[string, (request: Request) => Promise<string>]>([
    ["as text", (request) => request.text()],
    ["as bytes", async (request) => new TextDecoder().decode(await request.bytes())],
    ["as a stream", (request) => new Response(request.body).text()],
    ["by a clone", (request) => request.clone().text()],
    ["after a while", (request) => setTimeout(30).then(() => request.text())],
  ])("has its body %s, read ahead or not", async (_how, read) => {
    const url = await listen(async (request) => new Response(await read(request)));
    for (const body of ["short", "long ".repeat(20_000)]) {
      expect(await (await fetch(url, { method: "POST", body })).text()).toBe(body);
    }
  });

  it("has no body a second time", async () => {
    const url = await listen(async (request) => {
      await request.text();
      return new Response(await request.text().catch((thrown: unknown) => (thrown as Error).name));
    });
    expect(await (await fetch(url, { method: "POST", body: "once" })).text()).toBe("TypeError");
  });

  it("whose body breaks off tells the app so, and nobody else", async () => {
    const { promise: told, resolve } = Promise.withResolvers<string>();
    await listen(async (request) => {
      resolve(await request.text().catch(() => "it broke off"));
      return new Response();
    });
    const socket = connect(listener?.port ?? 0, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\npart", () => socket.destroy());
    expect(await told).toBe("it broke off");
  });

  it("gets 400 where its host is none", async () => {
    await listen(() => new Response("never"));
    expect(await say("GET / HTTP/1.1\r\nhost: a b\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });

  it("is told of a client that leaves", async () => {
    const { promise: left, resolve } = Promise.withResolvers<boolean>();
    const url = await listen(({ signal }) => {
      signal.addEventListener("abort", () => resolve(signal.aborted));
      return new Promise<Response>(() => {});
    });
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
    expect(await left).toBe(true);
  });
});

describe("an answer", () => {
  const headers = new Map([["x-proxy", "1"]]);

  it("that cannot be written becomes a 500, and the next one is written", async () => {
    const url = await listen(({ url: asked }) =>
      asked.endsWith("/bad")
        ? new Answer("x", 200, new Map([["x-bad", "a\nb"]]))
        : new Answer("good", 200, headers),
    );
    const [bad, good] = await Promise.all([fetch(`${url}/bad`), fetch(`${url}/good`)]);
    expect([bad.status, await good.text()]).toEqual([500, "good"]);
  });

  it("has its length, whether it was made light or by the platform", async () => {
    const url = await listen(({ url: asked }) =>
      asked.endsWith("/light") ? new Answer("light", 201, headers) : new Response("plain", { status: 201 }),
    );
    for (const path of ["/light", "/plain"]) {
      const answer = await fetch(url + path);
      expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([
        201,
        "5",
        path.slice(1),
      ]);
    }
  });

  it("has no body after HEAD, nor with 204 or 304", async () => {
    const url = await listen(
      (request) => new Answer(request.method === "HEAD" ? "length" : null, statusOf(request), headers),
    );
    const statusOf = ({ url: asked }: Request) => Number(asked.split("/").at(-1));
    const head = await fetch(`${url}/200`, { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["6", ""]);
    for (const status of [204, 304]) {
      const answer = await fetch(`${url}/${status}`);
      expect([answer.status, answer.headers.has("content-length"), await answer.text()]).toEqual([
        status,
        false,
        "",
      ]);
    }
  });

  it("keeps several cookies apart", async () => {
    const url = await listen(
      () =>
        new Response("", {
          headers: [
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"],
          ],
        }),
    );
    expect((await fetch(url)).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("sends its headers before the stream has anything to say", async () => {
    const url = await listen(() => new Answer(new ReadableStream({ start() {} }), 200, headers));
    const answer = await fetch(url);
    expect(answer.headers.get("x-proxy")).toBe("1");
    await answer.body?.cancel();
  });

  it("is cut where its stream fails, so that nobody takes it for whole", async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode("half"));
          controller.error(new Error("lost"));
        },
      });
    const url = await listen(() => new Answer(broken(), 200, headers));
    await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow(/terminated|fetch failed/);
  });

  it("is cut by an error where its client could not tell it from a whole one", async () => {
    const halves = [new TextEncoder().encode("half")];
    const broken = () =>
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          const half = halves.shift();
          if (half !== undefined) return controller.enqueue(half);
          await setTimeout(30);
          controller.error(new Error("lost"));
        },
      });
    await listen(() => new Answer(broken(), 200, headers));
    const socket = connect(listener?.port ?? 0, "127.0.0.1", () => socket.write("GET / HTTP/1.0\r\n\r\n"));
    socket.resume();
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
  });

  it("is 500 without words where the app itself fails", async () => {
    const url = await listen(() => {
      throw new Error("secret");
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
  });

  it("ends the connection of a body that nobody wants", async () => {
    await listen(() => new Answer("no", 413, headers));
    const heard = await say("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\nbegun");
    expect(heard).toMatch(/^HTTP\/1.1 413 [^]*no$/);
  });
});
