/** Every other path and method passes, bodies streamed both ways, limits and error shapes the same. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, { ok: true }));
  app = createTestApp({ backends: { box: { url: upstream.url } }, request: { max_content_length: 100_000 } });
});
afterEach(() => upstream.stop());

describe("the catch-all", () => {
  it("passes a multipart upload byte for byte, with its boundary", async () => {
    const form = new FormData();
    const audio = crypto.getRandomValues(new Uint8Array(50_000));
    form.append("file", new File([audio], "speech.wav", { type: "audio/wav" }));
    form.append("model", "whisper-1");
    const sent = new Request("http://proxy.test/v1/audio/transcriptions", { method: "POST", body: form });
    const bytes = await sent.clone().arrayBuffer();
    const type = sent.headers.get("content-type") ?? "";
    await app.request("/v1/audio/transcriptions", {
      method: "POST",
      body: bytes,
      headers: { "content-type": type },
    });
    const received = await upstream.received(0);
    expect(received.headers["content-type"]).toBe(type);
    expect(received.body.equals(Buffer.from(bytes))).toBe(true);
  });

  it("passes a binary answer byte for byte, with its type and disposition", async () => {
    const audio = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)));
    upstream.handle = (_request, response) =>
      void response
        .writeHead(200, { "content-type": "audio/mpeg", "content-disposition": "attachment" })
        .end(audio);
    const response = await app.request("/v1/audio/speech", { method: "POST", body: "{}" });
    expect(response.headers.get("content-type")).toBe("audio/mpeg");
    expect(response.headers.get("content-disposition")).toBe("attachment");
    expect(Buffer.from(await response.arrayBuffer()).equals(audio)).toBe(true);
    expect(await app.inFlight()).toBe(0);
  });

  it.each([
    ["/v1/files/file-1/content?x=1&y=%20", "/v1/files/file-1/content?x=1&y=%20"],
    ["/files", "/v1/files"],
    ["/v1//audio/speech/", "/v1/audio/speech"],
    ["/v1/v1/moderations", "/v1/moderations"],
    ["/api/v0/models/some", "/api/v0/models/some"],
    ["/api/v1/chat", "/api/v1/chat"],
  ])("asks the backend for the right path: %s", async (path, expected) => {
    await app.request(path, { method: "PUT", body: "x" });
    expect(await upstream.received(0)).toMatchObject({ method: "PUT", url: expected });
  });

  it("passes statuses without a body", async () => {
    upstream.handle = (_request, response) => void response.writeHead(204).end();
    const response = await app.request("/v1/files/file-1", { method: "DELETE" });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });

  it("makes a true 404 of LM Studio's 200 for a route that it does not have", async () => {
    upstream.handle = (_request, response) =>
      sendJson(response, 200, { error: "Unexpected endpoint or method. (POST /v1/moderations)" });
    const response = await app.request("/v1/moderations", { method: "POST", body: "{}" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining("Invalid URL (POST /v1/moderations)") },
    });
  });

  it("passes a JSON answer that is larger than what is looked at", async () => {
    const body = JSON.stringify({ data: "x".repeat(300_000) });
    upstream.handle = (_request, response) => sendJson(response, 200, body);
    expect(await (await app.request("/v1/files")).text()).toBe(body);
  });

  it("strips hop-by-hop headers, those that Connection names, and what was said of the way here", async () => {
    upstream.handle = (_request, response) => {
      response.writeHead(200, {
        "content-type": "text/plain",
        "x-powered-by": "Express",
        etag: "1",
        "x-kept": "yes",
        "set-cookie": "a=1",
      });
      response.end("ok");
    };
    const response = await app.request("/v1/custom", {
      headers: {
        "x-secret-hop": "1",
        te: "trailers",
        "x-forwarded-for": "10.0.0.1",
        "x-kept": "yes",
        "x-stainless-os": "Linux",
        origin: "http://a",
      },
    });
    const { headers } = await upstream.received(0);
    expect(headers["x-kept"]).toBe("yes");
    for (const name of ["te", "x-forwarded-for", "x-stainless-os", "origin"])
      expect(headers).not.toHaveProperty(name);
    expect(response.headers.get("x-kept")).toBe("yes");
    for (const name of ["x-powered-by", "etag", "set-cookie"]) expect(response.headers.has(name)).toBe(false);
  });
});

describe("a body over the limit", () => {
  const streamOf = (chunks: number, chunkBytes: number, pulled: { count: number }) =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (pulled.count++ >= chunks) controller.close();
          else controller.enqueue(new Uint8Array(chunkBytes).fill(120));
        },
      },
      { highWaterMark: 0 },
    );

  it.each(["/v1/chat/completions", "/v1/files"])(
    "gets 413 by its announced length, unread: %s",
    async (path) => {
      const response = await app.request(path, {
        method: "POST",
        body: "x".repeat(100_001),
        headers: { "content-length": "100001" },
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({
        error: { code: "request_too_large", message: expect.stringContaining("100000 bytes") },
      });
      expect(upstream.requests).toHaveLength(0);
    },
  );

  it.each(["/v1/chat/completions", "/v1/files"])(
    "gets 413 while it is being read, not after: %s",
    async (path) => {
      const pulled = { count: 0 };
      const init = { method: "POST", body: streamOf(1_000, 10_000, pulled), duplex: "half" };
      const response = await app.request(path, init);
      expect(response.status).toBe(413);
      expect(pulled.count).toBeLessThan(50);
      expect(upstream.requests).toHaveLength(0);
      expect(await app.inFlight()).toBe(0);
    },
  );
});
