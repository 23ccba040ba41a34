/** One black-box suite for the four runtimes: real processes, real sockets, several boxes, the real OpenAI SDK. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import {
  chatChunk,
  deadUrl,
  type FakeUpstream,
  type ReceivedRequest,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch, runtimeNames } from "../support/launch.ts";
import { type SimulatorServer, startSimulator } from "../support/simulator-server.ts";

const key = "sk-contract-0123456789abcdef012345";
const messages = [{ role: "user" as const, content: "Say something." }];

/** Longer than Bun's default limit for a silent connection. */
const silenceMs = 13_000;

describe.each(runtimeNames)("on %s", (runtime) => {
  let simulators: readonly SimulatorServer[];
  let upstream: FakeUpstream;
  let proxy: LaunchedProxy;
  let openai: OpenAI;
  let longSilence: Promise<string>;

  beforeAll(async () => {
    simulators = await Promise.all([startSimulator(), startSimulator(), startSimulator()]);
    upstream = await startUpstream(() => {});
    upstream.models = ["scripted"];
    const config: ConfigInput = {
      backends: {
        scripted: { url: upstream.url, max_concurrency: 10 },
        ...Object.fromEntries(simulators.map(({ url }, index) => [`simulator-${index}`, { url }])),
        dead: { url: await deadUrl() },
      },
      model_mapping: {
        "gpt-4o": "simulated/qwen3-8b",
        "gpt-4*": "simulated/qwen3-8b",
        "text-embedding-3-small": "text-embedding-simulated-nomic",
        "gpt-scripted": "scripted",
      },
      authentication: { enabled: true, valid_api_keys: [key] },
      request: { max_content_length: 300_000, max_retries: 1 },
      stream: { heartbeat: 0 },
      logging: { level: "error" },
    };
    proxy = await launch(runtime, config);
    openai = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: key, maxRetries: 0 });
    upstream.handle = (_request, response) => {
      setTimeout(() => {
        startEvents(response);
        response.end(`${chatChunk("at last")}${chatChunk("", "stop")}data: [DONE]\n\n`);
      }, silenceMs);
    };
    longSilence = readStream(openai, "gpt-scripted");
    longSilence.catch(() => {});
    await upstream.received(0);
  });

  afterAll(async () => {
    await proxy?.stop();
    await upstream?.stop();
    await Promise.all((simulators ?? []).map((simulator) => simulator.stop()));
  });

  /** Sets what the scripted backend does with the next request, and resolves with that request. */
  function script(handle: FakeUpstream["handle"]) {
    upstream.handle = handle;
    return upstream.received(upstream.requests.length);
  }

  it("answers a chat under the name that was asked for", async () => {
    const answer = await openai.chat.completions.create({ model: "gpt-4o", messages });
    expect(answer.model).toBe("gpt-4o");
    expect(answer.choices[0]?.message.content).toMatch(/simulated/i);
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it("streams a chat with the asked name in each chunk and one finish reason", async () => {
    const stream = await openai.chat.completions.create({ model: "gpt-4-turbo", messages, stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set(["gpt-4-turbo"]));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toMatch(/simulated/i);
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason)).toHaveLength(1);
  });

  it("hands each frame on before the next one exists", async () => {
    const { promise: secondIsWanted, resolve: wantSecond } = Promise.withResolvers<void>();
    const received = script(async (_request, response) => {
      startEvents(response);
      response.write(chatChunk("one"));
      await secondIsWanted;
      response.end(`${chatChunk("two")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    });
    const stream = await openai.chat.completions.create({ model: "gpt-scripted", messages, stream: true });
    const contents: string[] = [];
    for await (const chunk of stream) {
      contents.push(chunk.choices[0]?.delta.content ?? "");
      if (contents.length === 1) wantSecond();
    }
    expect(contents.slice(0, 2)).toEqual(["one", "two"]);
    await received;
  });

  it("streams responses with the asked name in their events", async () => {
    const stream = await openai.responses.create({ model: "gpt-4o", input: "Hi", stream: true });
    const events = await Array.fromAsync(stream);
    const completed = events.find((event) => event.type === "response.completed");
    expect(completed?.response.model).toBe("gpt-4o");
  });

  it("answers completions and embeddings", async () => {
    const completion = await openai.completions.create({ model: "gpt-4o", prompt: "Once" });
    expect(completion.choices[0]?.text).not.toBe("");
    const { data, model } = await openai.embeddings.create({
      model: "text-embedding-3-small",
      input: ["a", "b"],
      encoding_format: "float",
    });
    expect(model).toBe("text-embedding-3-small");
    expect(data.map(({ embedding }) => embedding.length)).toEqual([768, 768]);
  });

  it("lists models, and finds one whose id holds a slash", async () => {
    const ids = (await openai.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["gpt-4o", "simulated/qwen3-8b", "scripted"]));
    expect(new Set(ids).size).toBe(ids.length);
    expect((await openai.models.retrieve("simulated/qwen3-8b")).id).toBe("simulated/qwen3-8b");
  });

  it("ends the backend's work when the client leaves in the middle of a stream", async () => {
    const received = script(async (_request, response) => {
      startEvents(response);
      // workerd takes a closed client for one that still listens, until a write to it fails.
      const timer = setInterval(() => response.write(chatChunk("a")), runtime === "workerd" ? 20 : 5_000);
      response.once("close", () => clearInterval(timer));
      response.write(chatChunk("a"));
    });
    const stream = await openai.chat.completions.create({ model: "gpt-scripted", messages, stream: true });
    for await (const _chunk of stream) break;
    await within(1_000, (await received).closed);
  });

  it("ends the backend's work when the client leaves before the first byte", async () => {
    for (const stream of [true, false]) {
      const received = script(() => {});
      const socket = connectAndPost(proxy.url, { model: "gpt-scripted", messages, stream });
      const request = await received;
      // workerd takes a plain close for a client that still listens: it sees a reset here, a close at the next heartbeat.
      if (runtime === "workerd") socket.resetAndDestroy();
      else socket.destroy();
      await within(1_000, request.closed);
    }
  });

  it("keeps a silent stream alive with comments, and ends the backend's work at the next one when the client has left", async () => {
    const lively = await launch(runtime, {
      backends: { box: { url: upstream.url } },
      stream: { heartbeat: 0.1 },
    });
    try {
      const received = script(() => {});
      const response = await fetch(`${lively.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "scripted", messages, stream: true }),
      });
      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      const reader = response.body?.getReader();
      for (let beat = 0; beat < 3; beat++) {
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(": keep-alive\n\n");
      }
      await reader?.cancel();
      await within(1_000, (await received).closed);
    } finally {
      await lively.stop();
    }
  });

  it("says what to do about a dead backend, and serves on", async () => {
    const url = await deadUrl();
    const lonely = await launch(runtime, { backends: { dead: { url } }, request: { max_retries: 1 } });
    try {
      const client = new OpenAI({ baseURL: `${lonely.url}/v1`, apiKey: "any", maxRetries: 0 });
      for (const stream of [false, true]) {
        const error = await client.chat.completions
          .create({ model: "gpt-4o", messages, stream })
          .catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(OpenAI.InternalServerError);
        expect(error).toMatchObject({
          status: 502,
          type: "server_error",
          // workerd does not tell a refused connection from a lost one.
          code: runtime === "workerd" ? "backend_connection_lost" : "backend_refused",
          message: expect.stringContaining(`LM Studio at ${url}`),
          requestID: expect.stringMatching(/^req_/),
        });
      }
      expect((await fetch(`${lonely.url}/health/live`)).status).toBe(200);
    } finally {
      await lonely.stop();
    }
  });

  it("raises an error in a stream whose backend dies", async () => {
    void script((_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      setTimeout(() => response.destroy(), 20);
    });
    const stream = await openai.chat.completions.create({ model: "gpt-scripted", messages, stream: true });
    await expect(Array.fromAsync(stream)).rejects.toThrow(OpenAI.APIError);
  });

  it("raises each error by its class", async () => {
    const stranger = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "sk-wrong", maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model: "gpt-4o", messages })).rejects.toThrow(
      OpenAI.AuthenticationError,
    );
    await expect(openai.chat.completions.create({ model: "unknown", messages })).rejects.toMatchObject({
      status: 400,
      code: "model_not_found",
      param: "model",
    });
    await expect(openai.chat.completions.create({ model: "gpt-4o", messages: [] })).rejects.toThrow(
      OpenAI.BadRequestError,
    );
    await expect(openai.models.retrieve("unknown")).rejects.toThrow(OpenAI.NotFoundError);
    void script((_request, response) => {
      response.setHeader("retry-after", "7");
      sendJson(response, 429, { error: "slow down" });
    });
    const limited = await openai.chat.completions
      .create({ model: "gpt-scripted", messages })
      .catch((thrown: unknown) => thrown);
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect((limited as InstanceType<typeof OpenAI.RateLimitError>).headers?.get("retry-after")).toBe("7");
  });

  it("passes an upload through the catch-all byte for byte", async () => {
    const audio = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7919) % 256);
    const received = script((_request, response) => sendJson(response, 200, { text: "hello" }));
    const { text } = await openai.audio.transcriptions.create({
      model: "whisper-1",
      file: new File([audio], "speech.wav", { type: "audio/wav" }),
    });
    expect(text).toBe("hello");
    const request = await received;
    expect(request.url).toBe("/v1/audio/transcriptions");
    expect(request.headers["content-type"]).toMatch(/^multipart\/form-data; ?boundary=/);
    expect(request.body.indexOf(audio)).toBeGreaterThan(0);
    expect(JSON.stringify(request.headers)).not.toContain(key);
  });

  it("refuses a body that grows over the limit, announced or not", async () => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" };
    const announced = await post("/v1/files", headers, new Uint8Array(300_001));
    expect(announced.status).toBe(413);
    const pieces = Array.from({ length: 40 }, () => new Uint8Array(10_000));
    const before = upstream.requests.length;
    const growing = await post("/v1/files", headers, streamOf(pieces));
    expect(growing.status).toBe(413);
    expect(await growing.json()).toMatchObject({ error: { code: "request_too_large" } });
    expect(upstream.requests).toHaveLength(before);
  });

  it("holds the backend back while the client does not read", async () => {
    let written = 0;
    const frame = chatChunk("x".repeat(8_000));
    const received: Promise<ReceivedRequest> = script(async (_request, response) => {
      startEvents(response);
      while (written < 400_000_000 && !response.destroyed) {
        written += frame.length;
        if (!response.write(frame))
          await Promise.race([once(response, "drain"), received.then(({ closed }) => closed)]);
      }
    });
    const response = await post(
      "/v1/chat/completions",
      { authorization: `Bearer ${key}` },
      JSON.stringify({ model: "gpt-scripted", messages, stream: true }),
    );
    const reader = response.body?.getReader();
    await reader?.read();
    let seen = -1;
    await expect.poll(() => seen === (seen = written), { timeout: 10_000, interval: 500 }).toBe(true);
    expect(written).toBeLessThan(100_000_000);
    await reader?.cancel();
    await within(2_000, (await received).closed);
  });

  it("answers browsers, health checks and wrong methods by itself", async () => {
    const preflight = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: { origin: "http://app.test", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    const health = (await (await fetch(`${proxy.url}/health`)).json()) as Record<string, unknown>;
    expect(health).toMatchObject({
      status: "degraded",
      backend: "connected",
      runtime,
      version: expect.any(String),
    });
    expect((await fetch(`${proxy.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${proxy.url}/health/ready`)).status).toBe(200);
    const wrong = await fetch(`${proxy.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(wrong.status).toBe(405);
  });

  it("waits for a backend that is silent for longer than the runtime's own limits", async () => {
    expect(await longSilence).toBe("at last");
  });

  async function post(path: string, headers: Record<string, string>, body: BodyInit): Promise<Response> {
    return fetch(proxy.url + path, { method: "POST", headers, body, duplex: "half" } as RequestInit);
  }
});

async function readStream(openai: OpenAI, model: string): Promise<string> {
  const stream = await openai.chat.completions.create({ model, messages, stream: true });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

/** Fails where the promise takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It took longer than ${milliseconds} ms.`)), milliseconds);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = pieces.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = rest.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A chat request on a socket of its own, so that the test decides how the connection ends. */
function connectAndPost(url: string, body: unknown): Socket {
  const { hostname, port } = new URL(url);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return socket;
}
