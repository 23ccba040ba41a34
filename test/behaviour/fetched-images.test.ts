/** Images that a chat names by address: fetched where the operator allows it, and nothing else ever is. */
import type { LookupFunction } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { createPublicFetch } from "../../src/entry/public-fetch.ts";
import type { Runtime } from "../../src/runtime.ts";
import { createFakeClock } from "../support/fake-runtime.ts";
import {
  chatAnswer,
  type FakeUpstream,
  sendJson,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { pngBytes, pngDataUri, showing, webpBytes } from "../support/images.ts";
import { createTestApp } from "../support/test-app.ts";

let backend: FakeUpstream;
/** The operator's own image host. */
let host: FakeUpstream;
/** Something in the same network that is nobody's business. */
let secret: FakeUpstream;

const send =
  (bytes: Uint8Array, type = "image/png"): UpstreamHandler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": type });
    response.end(bytes);
  };
const redirect =
  (location: string | ((path: string) => string), status = 302): UpstreamHandler =>
  (request, response) => {
    response.writeHead(status, {
      location: typeof location === "string" ? location : location(request.url),
    });
    response.end();
  };

beforeEach(async () => {
  backend = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
  host = await startUpstream(send(pngBytes));
  secret = await startUpstream(send(pngBytes));
  host.models = undefined;
  secret.models = undefined;
});
afterEach(() => Promise.all([backend.stop(), host.stop(), secret.stop()]));

const hostOf = ({ url }: FakeUpstream) => new URL(url).host;
const portOf = ({ url }: FakeUpstream) => new URL(url).port;

/** Every name has the address of this machine. */
const toLoopback: LookupFunction = (_name, _options, callback) =>
  callback(null, [{ address: "127.0.0.1", family: 4 }]);

function createApp(
  images: ConfigInput["images"] = { fetch: true, internal_hosts: [hostOf(host)] },
  overrides: Partial<Runtime> = {},
  rest: Partial<ConfigInput> = {},
) {
  return createTestApp(
    { backends: { box: { url: backend.url } }, images, ...rest },
    { fetchPublic: createPublicFetch({ lookup: toLoopback }), ...overrides },
  );
}

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { ...error, status: response.status };
}

const sentUrls = (index = 0) => {
  const { messages } = JSON.parse(backend.requests[index]?.body.toString() ?? "{}") as {
    messages: { content: { image_url?: { url: string } }[] }[];
  };
  return messages[0]?.content.flatMap(({ image_url }) => image_url?.url ?? []);
};

describe("an image at an address of the operator's own", () => {
  it("reaches the backend as the image itself", async () => {
    const response = await createApp().chat(showing(`${host.url}/a.png`));
    expect(response.status).toBe(200);
    expect(sentUrls()).toEqual([pngDataUri]);
    expect(response.headers.get("x-proxy-mends")?.split(/,\s*/)).toContain("image-url");
  });

  it("is asked for without anything of the client's", async () => {
    await createApp().chat(showing(`${host.url}/a.png?size=1#part`), {
      headers: { authorization: "Bearer secret", cookie: "a=b", referer: "http://x/", "x-other": "y" },
    });
    expect(host.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /a.png?size=1"]);
    const { headers } = host.requests[0] ?? {};
    expect(headers?.["user-agent"]).toMatch(/^openai-local-proxy\//);
    for (const name of ["authorization", "cookie", "referer", "x-other"])
      expect(headers).not.toHaveProperty(name);
  });

  it("is known by its bytes, whatever its content type", async () => {
    host.handle = send(pngBytes, "text/plain");
    await createApp().chat(showing(`${host.url}/a`));
    expect(sentUrls()).toEqual([pngDataUri]);
  });

  it("is followed over three redirects", async () => {
    host.handle = (request, response, raw) =>
      request.url === "/3"
        ? send(pngBytes)(request, response, raw)
        : redirect((path) => `/${Number(path.slice(1)) + 1}`, 307)(request, response, raw);
    const response = await createApp().chat(showing(`${host.url}/0`));
    expect(response.status).toBe(200);
    expect(host.requests.map(({ url }) => url)).toEqual(["/0", "/1", "/2", "/3"]);
  });

  it("is fetched once, however often it is shown, beside images that are there already", async () => {
    const url = `${host.url}/a.png`;
    await createApp().chat(showing(url, pngDataUri, url));
    expect(sentUrls()).toEqual([pngDataUri, pngDataUri, pngDataUri]);
    expect(host.requests).toHaveLength(1);
  });

  it("streams, and asks for several choices with one fetch", async () => {
    backend.handle = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(
        'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      );
    };
    const response = await createApp().chat({ ...showing(`${host.url}/a.png`), stream: true, n: 2 });
    expect(await response.text()).toContain("[DONE]");
    expect(response.headers.get("x-proxy-mends")).toContain("image-url");
    expect([host.requests.length, backend.requests.length]).toEqual([1, 2]);
  });

  it("is fetched with three others at most", async () => {
    const { promise: letGo, resolve: go } = Promise.withResolvers<void>();
    host.handle = async (request, response, raw) => {
      if (request.url !== "/last") await letGo;
      await send(pngBytes)(request, response, raw);
    };
    const urls = Array.from({ length: 20 }, (_, index) => `${host.url}/${index}.png`);
    const fourth = host.received(3);
    const answering = createApp().chat(showing(...urls));
    await fourth;
    // Whatever was sent together with the fourth has come when this one has.
    await fetch(`${host.url}/last`);
    expect(host.requests).toHaveLength(5);
    go();
    expect((await answering).status).toBe(200);
    expect(host.requests).toHaveLength(21);
  });

  it("leaves no timer behind", async () => {
    const clock = createFakeClock();
    const { now, setTimer } = clock;
    const response = await createApp(undefined, { now, setTimer }).chat(showing(`${host.url}/a.png`));
    expect([response.status, clock.pending]).toEqual([200, 0]);
  });
});

describe("nothing is fetched", () => {
  it("unless the operator allows it, and nothing is sent either", async () => {
    const response = await createApp({}).chat(showing(`${host.url}/a.png`));
    expect(await errorOf(response)).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      code: "invalid_image_url",
      param: "messages[0].content[1].image_url.url",
      message: expect.stringContaining("images.fetch"),
    });
    expect([host.requests.length, backend.requests.length]).toEqual([0, 0]);
  });

  it.each(["llama-server", "vllm", "openai"] as const)("for %s, which fetches by itself", async (type) => {
    backend.models = undefined;
    const app = createApp(
      undefined,
      {},
      { backends: { box: { url: backend.url, type } }, model_mapping: { "gpt-4o": "m" } },
    );
    await app.chat(showing(`${host.url}/a.png`));
    expect(host.requests).toEqual([]);
    expect(sentUrls()).toEqual([`${host.url}/a.png`]);
  });

  it("where the mend is switched off", async () => {
    const box = { url: backend.url, disabled_mends: ["image-url" as const] };
    await createApp(undefined, {}, { backends: { box } }).chat(showing(`${host.url}/a.png`));
    expect(host.requests).toEqual([]);
    expect(sentUrls()).toEqual([`${host.url}/a.png`]);
  });

  it("of more than twenty images", async () => {
    const urls = Array.from({ length: 21 }, (_, index) => `${host.url}/${index}.png`);
    expect(await errorOf(await createApp().chat(showing(...urls)))).toMatchObject({
      status: 400,
      param: "messages[0].content[21].image_url.url",
    });
    expect(host.requests).toEqual([]);
  });

  it("where the runtime cannot check what it connects to", async () => {
    const app = createTestApp({ backends: { box: { url: backend.url } }, images: { fetch: true } });
    expect(await errorOf(await app.chat(showing("https://example.com/a.png")))).toMatchObject({
      status: 400,
      code: "failed_to_download_image",
      message: expect.stringContaining("cannot make sure"),
    });
  });
});

describe("a trick to reach what is not public", () => {
  const tricks: readonly (readonly [string, () => string])[] = [
    ["a loopback address", () => secret.url],
    ["its number", () => `http://2130706433:${portOf(secret)}/`],
    ["its number in octal", () => `http://0177.0.0.1:${portOf(secret)}/`],
    ["its short form", () => `http://127.1:${portOf(secret)}/`],
    ["its form in IPv6", () => `http://[::ffff:127.0.0.1]:${portOf(secret)}/`],
    ["its name", () => `http://localhost:${portOf(secret)}/`],
    ["its name with a dot", () => `http://localhost.:${portOf(secret)}/`],
    ["a user name that looks like the host", () => `http://${hostOf(host)}@${hostOf(secret)}/`],
    ["a public name with a private address", () => `http://images.example:${portOf(secret)}/`],
    ["the same, encrypted", () => `https://images.example:${portOf(secret)}/`],
    ["the metadata of a cloud", () => "http://169.254.169.254/latest/meta-data/"],
    ["a file", () => "file:///etc/passwd"],
  ];
  /** As wide as an operator can open it for public hosts; the port is no hindrance then. */
  const wideOpen = () => ({
    fetch: true,
    allowed_hosts: [
      ...["127.0.0.1", "localhost", "images.example", "[::ffff:127.0.0.1]"].map(
        (name) => `${name}:${portOf(secret)}`,
      ),
      "169.254.169.254",
    ],
    internal_hosts: [hostOf(host)],
  });

  it.each(tricks)("by %s is refused", async (_name, url) => {
    for (const images of [wideOpen(), { fetch: true, internal_hosts: [hostOf(host)] }]) {
      const response = await createApp(images).chat(showing(url()));
      expect(await errorOf(response)).toMatchObject({
        status: 400,
        code: expect.stringMatching(/^(invalid_image_url|failed_to_download_image)$/),
        param: "messages[0].content[1].image_url.url",
      });
    }
    expect([secret.requests.length, backend.requests.length]).toEqual([0, 0]);
  });

  it.each(tricks)("by a redirect to %s is refused", async (_name, url) => {
    host.handle = redirect(url());
    const error = await errorOf(await createApp(wideOpen()).chat(showing(`${host.url}/a.png`)));
    expect(error).toMatchObject({ status: 400, param: "messages[0].content[1].image_url.url" });
    expect([host.requests.length, secret.requests.length, backend.requests.length]).toEqual([1, 0, 0]);
  });

  it("does not tell a private address from a name that has none", async () => {
    const none: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), []);
    const messages = await Promise.all(
      [toLoopback, none].map(async (lookup) => {
        const app = createApp(wideOpen(), { fetchPublic: createPublicFetch({ lookup }) });
        return (await errorOf(
          await app.chat(showing(`http://images.example:${portOf(secret)}/`)),
        )) as unknown;
      }),
    );
    expect(messages[0]).toEqual(messages[1]);
  });

  it("by one public address among private ones is refused", async () => {
    const both: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "8.8.8.8", family: 4 },
      ]);
    const app = createApp(wideOpen(), { fetchPublic: createPublicFetch({ lookup: both }) });
    expect((await app.chat(showing(`http://images.example:${portOf(secret)}/`))).status).toBe(400);
    expect(secret.requests).toEqual([]);
  });

  it("by a name that changes its mind connects to what was checked", async () => {
    const answers = ["127.0.0.1", "127.0.0.2"];
    const asked: string[] = [];
    const fetchPublic = createPublicFetch({
      lookup: (_name, _options, callback) => {
        const address = answers.shift() ?? "127.0.0.3";
        asked.push(address);
        callback(null, [{ address, family: 4 }]);
      },
      isAllowed: (address) => address === "127.0.0.1",
    });
    const chat = () =>
      createApp(wideOpen(), { fetchPublic }).chat(showing(`http://images.example:${portOf(secret)}/a.png`));
    expect((await chat()).status).toBe(200);
    expect([asked, secret.requests.length]).toEqual([["127.0.0.1"], 1]);
    expect((await chat()).status).toBe(400);
    expect([asked, secret.requests.length]).toEqual([["127.0.0.1", "127.0.0.2"], 1]);
  });
});

describe("what stands at the address", () => {
  const limited = () => ({ fetch: true, internal_hosts: [hostOf(host)], max_bytes: 1_000 });

  it.each<[string, UpstreamHandler, string, RegExp]>([
    [
      "a page",
      send(Buffer.from("<!DOCTYPE html><html></html>"), "image/png"),
      "invalid_image_format",
      /no image/,
    ],
    ["a WebP", send(webpBytes), "invalid_image_format", /WebP/],
    ["nothing", send(Buffer.alloc(0)), "invalid_image_format", /no image/],
    ["too much", send(Buffer.concat([pngBytes, Buffer.alloc(1_000)])), "image_file_too_large", /1000 bytes/],
    [
      "a missing file",
      (_request, response) => sendJson(response, 404, {}),
      "failed_to_download_image",
      /HTTP 404/,
    ],
    ["an error", (_request, response) => sendJson(response, 500, {}), "failed_to_download_image", /HTTP 500/],
    [
      "a redirect to nowhere",
      (_request, response) => void response.writeHead(302).end(),
      "failed_to_download_image",
      /HTTP 302/,
    ],
    ["a redirect to itself", redirect((path) => path), "failed_to_download_image", /more than 3/],
    ["a broken address", redirect("http://[/"), "invalid_image_url", /redirects to one/],
    [
      "a closed door",
      (_request, response) => void response.destroy(),
      "failed_to_download_image",
      /cannot be fetched/,
    ],
  ])("is %s: 400", async (_name, handle, code, message) => {
    host.handle = handle;
    const error = await errorOf(await createApp(limited()).chat(showing(`${host.url}/a.png`)));
    expect(error).toMatchObject({ status: 400, code, message: expect.stringMatching(message) });
    expect(host.requests.length).toBeLessThanOrEqual(4);
    expect(backend.requests).toEqual([]);
  });

  it.each([
    ["an image without end", pngBytes, "image_file_too_large"],
    ["a page without end", Buffer.from("<!DOCTYPE html>"), "invalid_image_format"],
  ])("is %s: it is cut off", async (_name, start, code) => {
    host.handle = (_request, response) => {
      response.writeHead(200, { "content-type": "image/png" });
      response.write(start);
      const more = () => {
        if (!response.destroyed) response.write(Buffer.alloc(10_000), more);
      };
      more();
    };
    const received = host.received(0);
    const response = await createApp(limited()).chat(showing(`${host.url}/a.png`));
    expect((await errorOf(response))["code"]).toBe(code);
    await (
      await received
    ).closed;
  });

  it("is more than a request may hold in all", async () => {
    host.handle = send(Buffer.concat([pngBytes, Buffer.alloc(900)]));
    const app = createApp(limited(), {}, { request: { max_content_length: 1_500 } });
    const error = await errorOf(await app.chat(showing(`${host.url}/a.png`, `${host.url}/b.png`)));
    expect(error).toMatchObject({ status: 400, code: "image_file_too_large" });
    expect(error["message"]).toContain("max_content_length");
  });

  it.each([
    ["never begins", false],
    ["never ends", true],
  ])("%s: the time limit ends it, and the fetch with it", async (_name, begins) => {
    const clock = createFakeClock();
    host.handle = (_request, response) => {
      if (begins) response.writeHead(200, { "content-type": "image/png" }).write(pngBytes);
    };
    const received = host.received(0);
    const { now, setTimer } = clock;
    const answering = createApp(undefined, { now, setTimer }).chat(showing(`${host.url}/a.png`));
    const request = await received;
    await clock.advance(9_999);
    await clock.advance(1);
    expect(await errorOf(await answering)).toMatchObject({
      status: 400,
      code: "failed_to_download_image",
      message: expect.stringMatching(/within 10 seconds \(images\.timeout\)/),
    });
    await request.closed;
    expect(backend.requests).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("is not waited for when the client has left", async () => {
    host.handle = () => {};
    const received = host.received(0);
    const client = new AbortController();
    const answering = createApp().chat(showing(`${host.url}/a.png`), { signal: client.signal });
    const request = await received;
    client.abort();
    await request.closed;
    expect((await answering.catch(() => new Response(null, { status: 499 }))).status).toBe(499);
    expect(backend.requests).toEqual([]);
  });

  it("fails: the others are called off", async () => {
    host.handle = (request, response) => {
      if (request.url === "/bad") response.destroy();
    };
    const waiting = host.received(0);
    const answering = createApp().chat(showing(`${host.url}/slow`, `${host.url}/bad`));
    await (
      await waiting
    ).closed;
    expect((await answering).status).toBe(400);
  });
});
