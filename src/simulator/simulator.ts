/** The simulator: a backend with LM Studio's wire manners and no model, as a fetch handler for any runtime. */
import { Hono } from "hono";
import type { Box, SimulatorContext, SimulatorEnv } from "./box.ts";
import { answerChat } from "./chat.ts";
import { answerCompletion } from "./completions.ts";
import { answerEmbeddings } from "./embeddings.ts";
import { respondFault } from "./faults-instead.ts";
import { createGenerations } from "./generations.ts";
import { errorResponse, jsonResponse } from "./json-response.ts";
import { createModelMemory } from "./model-memory.ts";
import {
  listModels,
  listModelsWithInstances,
  listNativeModels,
  loadModel,
  showNativeModel,
  unloadModel,
} from "./model-routes.ts";
import { defaultModels, type SimulatedModel } from "./models.ts";
import { Refusal } from "./refusal.ts";
import { readOrder } from "./read-order.ts";
import { answerResponse } from "./responses.ts";
import { createTiming, type SetTimer } from "./timing.ts";
import { createWork } from "./work.ts";

export interface SimulatorOptions {
  /** Default: a built-in list of five. */
  readonly models?: readonly SimulatedModel[];
  /** Pause between streamed pieces, and what each takes in a whole answer. Default: 0. */
  readonly tokenDelayMs?: number;
  /** How long a model takes to load. Default: 0. */
  readonly loadDelayMs?: number;
  readonly setTimer?: SetTimer;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface Simulator {
  /** Answers as a box would; rejects with the signal's reason when the client leaves before the headers. */
  fetch(request: Request): Promise<Response>;
}

type Answer = (context: SimulatorContext, box: Box) => Promise<Response>;

const generating: Readonly<Record<string, Answer>> = {
  "/v1/chat/completions": answerChat,
  "/v1/completions": answerCompletion,
  "/v1/embeddings": answerEmbeddings,
  "/v1/responses": answerResponse,
};

/** Makes a simulator; what it has loaded lives in it and nowhere else. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const timing = createTiming(options.setTimer, options.now);
  const memory = createModelMemory(options.models ?? defaultModels, options.loadDelayMs ?? 0, timing);
  const box: Box = { memory, timing, tokenDelayMs: options.tokenDelayMs ?? 0 };
  const app = createApp(box);
  return { fetch: async (request) => app.fetch(request) };
}

function createApp(box: Box): Hono<SimulatorEnv> {
  const generations = createGenerations();
  const app = new Hono<SimulatorEnv>();
  app.use(stampHeaders);
  app.get("/simulator/stats", () => jsonResponse(JSON.stringify(generations.counts())));
  app.use(readOrder);
  app.use(async (context, next) => {
    const { signal } = context.req.raw;
    const isGenerating = context.req.method === "POST" && context.req.path in generating;
    const work = isGenerating ? generations.begin(signal) : createWork(signal, () => {});
    context.set("work", work);
    try {
      const fault = await strikeFirst(context, box);
      if (fault !== undefined) return fault;
      return await next();
    } finally {
      if (!work.isHeld) work.finish();
    }
  });
  for (const [path, answer] of Object.entries(generating)) app.post(path, (context) => answer(context, box));
  app.get("/v1/models", (context) => listModels(context, box));
  app.get("/api/v0/models", (context) => listNativeModels(context, box));
  app.get("/api/v0/models/:id{.+}", (context) => showNativeModel(context, box, context.req.param("id")));
  app.get("/api/v1/models", (context) => listModelsWithInstances(context, box));
  app.post("/api/v1/models/load", (context) => loadModel(context, box));
  app.post("/api/v1/models/unload", (context) => unloadModel(context, box));
  // LM Studio has no 404: its log says that it is answering 200 anyway (BT#618, #2085).
  app.notFound(({ req }) => errorResponse(200, `Unexpected endpoint or method. (${req.method} ${req.path})`));
  app.onError((error) => {
    if (error instanceof Refusal) return errorResponse(error.status, error.error);
    throw error;
  });
  return app;
}

async function stampHeaders(context: SimulatorContext, next: () => Promise<void>): Promise<void> {
  await next();
  context.res.headers.set("x-powered-by", "Express");
  context.res.headers.set("x-simulated", "true");
}

/** The ordered delay, and a failure that takes the answer's place. */
async function strikeFirst(context: SimulatorContext, box: Box): Promise<Response | undefined> {
  const { order, work } = context.var;
  await box.timing.pause(order.instead === "hang" ? Infinity : order.delayMs, work.signal);
  return order.instead === undefined || order.instead === "hang" ? undefined : respondFault(order.instead);
}
