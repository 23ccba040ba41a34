/** That a fetch reaches public addresses only holds on each runtime: real processes that try to reach this machine. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { pngBytes, pngDataUri, showing } from "../support/images.ts";
import { launch, projectRoot, runtimeNames } from "../support/launch.ts";
import type { ProbeResult, ProbeTask } from "../support/public-fetch-probe.ts";
import { runScript } from "../support/python.ts";

const script = join(projectRoot, "test/support/public-fetch-probe.ts");
const bin = (name: string) => join(projectRoot, "node_modules", ".bin", name);
const commands = {
  node: [process.execPath, script],
  bun: [bin("bun"), script],
  deno: [bin("deno"), "run", "--no-lock", "-A", script],
} as const;

let host: FakeUpstream;
let plain: Server;
/** What connections to `plain` sent first; one entry a connection. */
let connections: string[];
let sockets: Socket[];

beforeEach(async () => {
  host = await startUpstream((_request, response) => void response.end("reached"));
  host.models = undefined;
  connections = [];
  sockets = [];
  plain = createServer((socket) => {
    const index = connections.push("") - 1;
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", (data) => {
      connections[index] = data.toString("latin1");
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => plain.close(resolve));
  await host.stop();
});

const hostPort = () => Number(new URL(host.url).port);
const plainPort = () => (plain.address() as AddressInfo).port;

describe.each(["node", "bun", "deno"] as const)("a public fetch on %s", (runtime) => {
  async function probe(
    tasks: readonly ProbeTask[],
    environment: Record<string, string> = {},
  ): Promise<readonly ProbeResult[]> {
    const [program, ...words] = commands[runtime];
    const { code, output } = await runScript(program, [...words, JSON.stringify(tasks)], {
      environment: { NO_COLOR: "1", ...environment },
    });
    if (code !== 0) throw new Error(output);
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as ProbeResult[];
  }

  it("reaches no address of this machine by name or number, where any other fetch does", async () => {
    const port = hostPort();
    const results = await probe([
      { url: `http://localhost:${port}/`, isUnguarded: true },
      { url: `http://localhost:${port}/` },
      { url: `http://127.0.0.1:${port}/` },
      { url: `http://[::ffff:127.0.0.1]:${port}/` },
      { url: `http://public.example:${port}/`, address: "127.0.0.1" },
      { url: "http://public.example/", address: "169.254.169.254" },
      { url: `https://localhost:${plainPort()}/` },
      { url: `https://public.example:${plainPort()}/`, address: "127.0.0.1" },
    ]);
    expect(results[0]).toEqual({ status: 200, body: "reached" });
    for (const result of results.slice(1)) {
      expect(result).toEqual({ error: expect.stringMatching(/^NotPublicError: .* is not a public address/) });
    }
    expect([host.requests.length, connections.length]).toEqual([1, 0]);
  });

  it("connects to the address that was checked, under the name that was asked for", async () => {
    const port = hostPort();
    const allowed = ["127.0.0.1"];
    const address = "127.0.0.1";
    const results = await probe([
      { url: `http://public.example:${port}/a?b=c`, address, allowed },
      { url: `https://public.example:${plainPort()}/`, address, allowed },
    ]);
    expect(results[0]).toEqual({ status: 200, body: "reached" });
    expect(host.requests[0]).toMatchObject({
      url: "/a?b=c",
      headers: { host: `public.example:${port}`, "x-probe": "1" },
    });
    // The server's name in the greeting is what its certificate is then checked against.
    expect(connections[0]).toContain("public.example");
    expect(results[1]).toEqual({ error: expect.anything() });
  });

  it("asks no forward proxy, which would look names up for itself", async () => {
    const environment = Object.fromEntries(
      ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map((name) => [name, host.url]),
    );
    const results = await probe(
      [
        { url: "http://public.example/", address: "127.0.0.1" },
        { url: `http://public.example:${hostPort()}/`, address: "127.0.0.1", allowed: ["127.0.0.1"] },
      ],
      { ...environment, NODE_USE_ENV_PROXY: "1" },
    );
    expect(results[0]).toEqual({ error: expect.stringContaining("NotPublicError") });
    expect(results[1]).toEqual({ status: 200, body: "reached" });
    // A proxy would have been asked for the whole URL.
    expect(host.requests.map(({ url }) => url)).toEqual(["/"]);
  });

  it("follows no redirect, and hands on statuses that have no body", async () => {
    host.handle = (request, response) => {
      const status = Number(request.url.slice(1));
      response.writeHead(status, status === 302 ? { location: "/200" } : {}).end();
    };
    const at = (path: string): ProbeTask => ({
      url: `http://public.example:${hostPort()}${path}`,
      address: "127.0.0.1",
      allowed: ["127.0.0.1"],
    });
    const results = await probe([at("/302"), at("/204"), at("/304"), at("/999"), at("/200")]);
    expect(results.map((result) => ("status" in result ? result.status : "error"))).toEqual([
      302,
      204,
      304,
      "error",
      200,
    ]);
    expect(host.requests).toHaveLength(5);
  });

  it.each([
    ["cancel", { status: 200, body: "beginning" }],
    ["abort", { error: expect.anything() as unknown }],
  ] as const)("ends with a %s in the middle", async (leavesEarly, expected) => {
    host.handle = (_request, response) => void response.write("beginning");
    const received = host.received(0);
    const url = `http://public.example:${hostPort()}/`;
    const results = probe([{ url, address: "127.0.0.1", allowed: ["127.0.0.1"], leavesEarly }]);
    await (
      await received
    ).closed;
    expect(await results).toEqual([expected]);
  });
});

describe.each(runtimeNames)("the proxy on %s", (runtime) => {
  it("fetches from the operator's own host, and from nowhere else on this machine", async () => {
    const backend = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
    host.handle = (_request, response) => void response.end(pngBytes);
    const proxy = await launch(runtime, {
      backends: { box: { url: backend.url } },
      images: {
        fetch: true,
        internal_hosts: [`127.0.0.1:${hostPort()}`],
        max_bytes: 1_000,
        allowed_hosts: [`localhost:${plainPort()}`, `127.0.0.1:${plainPort()}`],
      },
      logging: { level: "error" },
    });
    try {
      const chat = (url: string) =>
        fetch(`${proxy.url}/v1/chat/completions`, {
          method: "POST",
          body: JSON.stringify({ model: "local-chat", ...showing(url) }),
        });
      expect((await chat(`${host.url}/a.png`)).status).toBe(200);
      expect(backend.requests[0]?.body.toString()).toContain(pngDataUri);
      for (const name of ["localhost", "127.0.0.1"]) {
        const refused = await chat(`http://${name}:${plainPort()}/`);
        expect([refused.status, await refused.text()]).toEqual([
          400,
          expect.stringContaining("no public host"),
        ]);
      }
      host.handle = (_request, response) =>
        void response.writeHead(302, { location: `http://127.0.0.1:${plainPort()}/` }).end();
      expect((await chat(`${host.url}/b.png`)).status).toBe(400);
      expect(connections).toEqual([]);

      host.handle = (_request, response) =>
        void response.write(Buffer.concat([pngBytes, Buffer.alloc(1_000)]));
      const endless = host.received(host.requests.length);
      expect((await chat(`${host.url}/c.png`)).status).toBe(400);
      await (
        await endless
      ).closed;
    } finally {
      await proxy.stop();
      await backend.stop();
    }
  });
});
