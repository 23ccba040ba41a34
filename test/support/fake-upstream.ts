/** A backend on a real socket whose every move the test decides. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Resolves when the connection of this request's answer is closed, finished or not. */
  readonly closed: Promise<void>;
}

export type UpstreamHandler = (
  request: ReceivedRequest,
  response: ServerResponse,
  raw: IncomingMessage,
) => void | Promise<void>;

export interface FakeUpstream {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What is done with requests other than model lists. */
  handle: UpstreamHandler;
  /** The ids that GET /v1/models tells; undefined leaves lists to `handle` too. */
  models: readonly string[] | undefined;
  /** Resolves with the nth request that is no model list (from 0). */
  received(index: number): Promise<ReceivedRequest>;
  stop(): Promise<void>;
}

/** Over TLS, by the name of localhost, where it is given a certificate. */
export async function startUpstream(
  handle: UpstreamHandler,
  certificate?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<FakeUpstream> {
  const waiting = new Map<number, (request: ReceivedRequest) => void>();
  const answer = (raw: IncomingMessage, response: ServerResponse) => void receive(raw, response);
  const server = certificate === undefined ? createServer(answer) : createSecureServer(certificate, answer);

  async function receive(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = new Promise<void>((resolve) => response.on("close", () => resolve()));
    const chunks: Buffer[] = [];
    raw.on("error", () => {});
    try {
      for await (const chunk of raw) chunks.push(Buffer.from(chunk as Uint8Array));
    } catch {
      return;
    }
    const url = raw.url ?? "";
    if (upstream.models !== undefined && /^\/(api\/v[01]|v1)\/models$/.test(url)) {
      const data = upstream.models.map((id) => ({ id, object: "model", owned_by: "test" }));
      sendJson(response, 200, { object: "list", data });
      return;
    }
    const request = {
      method: raw.method ?? "",
      url,
      headers: raw.headers,
      body: Buffer.concat(chunks),
      closed,
    };
    upstream.requests.push(request);
    waiting.get(upstream.requests.length - 1)?.(request);
    await upstream.handle(request, response, raw);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const upstream: FakeUpstream = {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests: [],
    handle,
    models: ["local-chat", "text-embedding-local"],
    received(index) {
      const request = upstream.requests[index];
      if (request !== undefined) return Promise.resolve(request);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(text);
}

export function startEvents(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
}

/** A chunk of a chat stream as LM Studio words it. */
export function chatChunk(content: string, finish: string | null = null, model = "local-chat"): string {
  const choice = {
    index: 0,
    delta: finish === null ? { content } : {},
    logprobs: null,
    finish_reason: finish,
  };
  const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices: [choice] };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** A whole chat answer. */
export function chatAnswer(content = "Hello.", model = "local-chat"): unknown {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message: { role: "assistant", content }, logprobs: null, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

/** A port on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const upstream = await startUpstream(() => {});
  await upstream.stop();
  return upstream.url;
}
