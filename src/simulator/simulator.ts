/** The simulator: a backend with a known server's wire manners and no model, as a fetch handler for any runtime. */
import { Hono } from "hono";
import type { Box, SimulatorContext, SimulatorEnv } from "./box.ts";
import { respondFault } from "./faults-instead.ts";
import { createGenerations } from "./generations.ts";
import { errorResponse, jsonResponse } from "./json-response.ts";
import { serverManners } from "./manners/index.ts";
import { type Manners, manners } from "./manners/names.ts";
import type { ServerManners } from "./manners/server-manners.ts";
import { createModelMemory } from "./model-memory.ts";
import { defaultModels, type SimulatedModel } from "./models.ts";
import { Refusal } from "./refusal.ts";
import { readOrder } from "./read-order.ts";
import { createTiming, type SetTimer } from "./timing.ts";
import { createWork } from "./work.ts";

export { type Manners, manners };

export interface SimulatorOptions {
  /** Default: LM Studio's. */
  readonly manners?: Manners;
  /** Default: a built-in list. */
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

/** Makes a simulator; what it has loaded lives in it and nowhere else. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const timing = createTiming(options.setTimer, options.now);
  const server = serverManners[options.manners ?? "lmstudio"];
  const models = options.models ?? defaultModels;
  const memory = createModelMemory(models, options.loadDelayMs ?? 0, timing, server.chooseModel);
  const box: Box = { conduct: server, memory, timing, tokenDelayMs: options.tokenDelayMs ?? 0 };
  const app = createApp(box, server);
  return { fetch: async (request) => app.fetch(request) };
}

function createApp(box: Box, server: ServerManners): Hono<SimulatorEnv> {
  const generations = createGenerations();
  const app = new Hono<SimulatorEnv>();
  app.use(async (context, next) => {
    await next();
    server.stamp(context.res.headers);
    context.res.headers.set("x-simulated", "true");
  });
  app.get("/simulator/stats", () => jsonResponse(JSON.stringify(generations.counts())));
  app.use(readOrder);
  app.use(async (context, next) => {
    const { signal } = context.req.raw;
    const isGenerating = context.req.method === "POST" && context.req.path in server.generating;
    const work = isGenerating ? generations.begin(signal) : createWork(signal, () => {});
    context.set("work", work);
    try {
      const away = server.turnAway?.(context.req.raw.headers);
      if (away !== undefined) return away;
      const fault = await strikeFirst(context, box);
      if (fault !== undefined) return fault;
      return await next();
    } finally {
      if (!work.isHeld) work.finish();
    }
  });
  for (const [path, respond] of Object.entries(server.generating)) {
    app.post(path, (context) => respond(context, box));
  }
  for (const { method, path, respond } of server.routes) {
    app.on(method, path, (context) => respond(context, box));
  }
  app.notFound(({ req }) => server.unknownRoute(req.method, req.path));
  app.onError((error) => {
    if (error instanceof Refusal) return errorResponse(error.status, error.error);
    throw error;
  });
  return app;
}

/** The ordered delay, and a failure that takes the answer's place. */
async function strikeFirst(context: SimulatorContext, box: Box): Promise<Response | undefined> {
  const { order, work } = context.var;
  await box.timing.pause(order.instead === "hang" ? Infinity : order.delayMs, work.signal);
  return order.instead === undefined || order.instead === "hang"
    ? undefined
    : respondFault(order.instead, box.conduct);
}
