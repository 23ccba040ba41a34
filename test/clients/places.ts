/** A simulated backend, and the proxy before it, as places that clients can be pointed at. */
import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Manners } from "../../src/simulator/simulator.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { type SimulatorServer, startSimulator } from "../support/simulator-server.ts";
import type { Place } from "./client.ts";

/** One request and what the proxy answered to it. */
export interface Recorded {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly request: string;
  readonly status: number;
  readonly contentType: string;
  readonly answer: string;
}

export interface Places {
  readonly direct: Place;
  readonly through: Place;
  /** What went over the proxy so far; a body that was never read to its end is left out. */
  readonly recorded: readonly Recorded[];
  stop(): Promise<void>;
}

const models = {
  chatModel: "simulated/qwen3-8b",
  reasoningModel: "simulated/deepseek-r1-8b",
  embeddingModel: "text-embedding-simulated-nomic",
};
const aliases = { chatModel: "gpt-4o", reasoningModel: "o3-mini", embeddingModel: "text-embedding-3-small" };

/** Starts both on free ports of this machine; several boxes each take one request at a time, and the rest wait. */
export async function startPlaces(kind: Manners, boxes = 1): Promise<Places> {
  const simulators = await Promise.all(
    Array.from({ length: boxes }, () => startSimulator({ manners: kind })),
  );
  const [simulator] = simulators;
  if (simulator === undefined) throw new Error("There has to be a box.");
  const proxy = await startProxy(simulators, kind);
  const common = { apiKey: "sk-matrix-0123456789abcdef", dimensions: 768, kind };
  return {
    direct: { baseURL: `${simulator.url}/v1`, ...models, ...common },
    through: { baseURL: `${proxy.url}/v1`, ...aliases, ...common },
    recorded: proxy.recorded,
    async stop() {
      await proxy.stop();
      await Promise.all(simulators.map((one) => one.stop()));
    },
  };
}

async function startProxy(simulators: readonly SimulatorServer[], kind: Manners) {
  const limit = simulators.length > 1 ? { max_concurrency: 1 } : {};
  const config = parseConfig({
    backends: Object.fromEntries(
      simulators.map(({ url }, index) => [`box-${index + 1}`, { url, type: kind, ...limit }]),
    ),
    model_mapping: {
      [aliases.chatModel]: models.chatModel,
      [aliases.reasoningModel]: models.reasoningModel,
      [aliases.embeddingModel]: models.embeddingModel,
      // Names that libraries ask for by themselves.
      "gpt-*": models.chatModel,
      "claude-*": models.chatModel,
      "text-embedding-*": models.embeddingModel,
    },
    // What OpenAI answers, and what the libraries choose their error class by.
    unknown_model_status: 404,
    logging: { level: "error" },
  });
  const app = createApp(config, createPortableRuntime("test"));
  const recorded: Recorded[] = [];
  const { promise, resolve } = Promise.withResolvers<AddressInfo>();
  const answer = async (request: Request) => record(request, (copy) => app.fetch(copy), recorded);
  const server = serve({ fetch: answer, port: 0, hostname: "127.0.0.1" }, resolve);
  return {
    url: `http://127.0.0.1:${(await promise).port}`,
    recorded,
    stop(): Promise<void> {
      if ("closeAllConnections" in server) server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** Passes bytes on as they come and keeps a copy. */
async function record(
  request: Request,
  answer: (request: Request) => Response | Promise<Response>,
  recorded: Recorded[],
): Promise<Response> {
  const { method, url } = request;
  const sent = request.body === null ? "" : await request.clone().text();
  const response = await answer(request);
  const { status, headers } = response;
  const keep = (text: string) =>
    void recorded.push({
      method,
      path: new URL(url).pathname,
      request: sent,
      status,
      contentType: headers.get("content-type") ?? "",
      answer: text,
    });
  if (response.body === null) {
    keep("");
    return response;
  }
  const decoder = new TextDecoder();
  let text = "";
  const tap = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      text += decoder.decode(chunk, { stream: true });
      controller.enqueue(chunk);
    },
    flush: () => keep(text + decoder.decode()),
  });
  return new Response(response.body.pipeThrough(tap), { status, headers });
}
