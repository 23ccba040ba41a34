/**
 * The map: every route and the order of the stages. A request travels
 * entry → exchange → key and limits → read and resolve → attempts (route, upstream, normalise) → respond.
 */
import { Hono } from "hono";
import { setDrained } from "./admin/drain-backend.ts";
import { reportHealth, reportLive, reportReady } from "./admin/health.ts";
import { exposeMetrics } from "./admin/metrics.ts";
import { listModels, retrieveModel } from "./admin/models.ts";
import { storedResponses } from "./admin/responses.ts";
import { welcome } from "./admin/welcome.ts";
import { createAdmission } from "./admission/admission.ts";
import { createPlan } from "./config/plan.ts";
import type { Config } from "./config/schema.ts";
import { methodNotAllowed } from "./errors.ts";
import { letBrowsersRead } from "./http/cors.ts";
import { pathOf } from "./http/paths.ts";
import type { AppEnv } from "./pipeline/app-env.ts";
import { createCatalog } from "./pipeline/catalog.ts";
import { openExchange, renderError, settleDirectly, showRequestId } from "./pipeline/exchange.ts";
import { hearReplicas } from "./pipeline/hear-replicas.ts";
import { letIn } from "./pipeline/let-in.ts";
import { passThrough } from "./pipeline/passthrough.ts";
import { createBoxWaker } from "./pipeline/box-waker.ts";
import { createLoadWaits } from "./pipeline/load-waits.ts";
import { createModelLoader } from "./pipeline/model-loader.ts";
import { createPlaces } from "./pipeline/places.ts";
import { sharePlaces } from "./pipeline/shared-places.ts";
import { proxyTo } from "./pipeline/proxy.ts";
import { countTokensEndpoint, messagesEndpoint } from "./protocol/anthropic/messages.ts";
import { chatEndpoint } from "./protocol/openai/chat.ts";
import { completionsEndpoint } from "./protocol/openai/completions.ts";
import { embeddingsEndpoint } from "./protocol/openai/embeddings.ts";
import { responsesEndpoint } from "./protocol/openai/responses.ts";
import { exposedHeaders } from "./respond/headers.ts";
import { createRouter } from "./pipeline/router.ts";
import type { Runtime } from "./runtime.ts";
import { createState, type ProxyState } from "./state.ts";
import { createDoorReader } from "./translate/door.ts";

const endpoints = [
  chatEndpoint,
  completionsEndpoint,
  embeddingsEndpoint,
  responsesEndpoint,
  messagesEndpoint,
  countTokensEndpoint,
];

/** The proxy as one fetch handler. `state` carries over from the app that a reload replaces. */
export function createApp(
  config: Config,
  runtime: Runtime,
  state: ProxyState = createState(runtime),
): Hono<AppEnv> {
  const plan = createPlan(config);
  const { pool, loads, store, leases, metrics, startedAt } = state;
  const catalog = createCatalog(plan, pool, runtime);
  const ownPlaces = createPlaces(plan, state, catalog, runtime);
  const places = leases === undefined ? ownPlaces : sharePlaces(ownPlaces, { plan, pool, runtime, leases });
  const router = createRouter(plan, pool, places.running, () => runtime.random());
  const waker = createBoxWaker({ runtime, loads, pool });
  const onLoaded = async () => void (await catalog.refreshed());
  const loadWaits = createLoadWaits(createModelLoader({ runtime, loads, onLoaded }), runtime);
  const admission = createAdmission(state.admission, runtime);
  const services = {
    plan,
    runtime,
    pool,
    store,
    metrics,
    admission,
    catalog,
    router,
    places,
    waker,
    loadWaits,
  };
  const readDoor = createDoorReader();
  const app = new Hono<AppEnv>({ getPath: (request) => readDoor(pathOf(request.url)).route });

  app.onError(renderError(services));
  const open = openExchange(runtime, readDoor);
  const letRead = letBrowsersRead(plan.corsOrigins, exposedHeaders);
  // One step for both: each costs Hono a few promises a request.
  app.use((c, next) => {
    open(c);
    return letRead(c, next);
  });

  app.get("/", showRequestId, welcome);
  app.get("/health", showRequestId, reportHealth(services, startedAt));
  app.get("/health/live", showRequestId, reportLive);
  app.get("/health/ready", showRequestId, reportReady(services));
  app.get("/metrics", showRequestId, exposeMetrics(services));

  if (plan.adminKey !== undefined) {
    for (const act of ["drain", "undrain"] as const)
      app.post(
        `/admin/backends/:name/${act}`,
        settleDirectly(services),
        setDrained(services, act === "drain"),
      );
  }
  app.use(letIn(services));
  if (state.breakers !== undefined) app.use(hearReplicas(state.breakers, plan.backends));
  app.get("/models", settleDirectly(services), listModels(services, startedAt));
  app.get("/models/:id{.+}", settleDirectly(services), retrieveModel(services, startedAt));
  const kept = storedResponses(services, passThrough(services));
  app.get("/responses/:id", kept.retrieve);
  app.delete("/responses/:id", kept.remove);
  app.get("/responses/:id/input_items", kept.listInput);
  for (const endpoint of endpoints) app.post(endpoint.path, proxyTo(endpoint, services));

  refuseOtherMethods(
    app,
    ["/health", "/health/live", "/health/ready", "/metrics", "/models", "/models/:id{.+}"],
    ["GET"],
  );
  refuseOtherMethods(
    app,
    endpoints.map(({ path }) => path),
    ["POST"],
  );
  app.all("*", passThrough(services));
  return app;
}

function refuseOtherMethods(app: Hono<AppEnv>, paths: readonly string[], allowed: readonly string[]): void {
  for (const path of paths) {
    app.all(path, (c) => {
      throw methodNotAllowed(c.req.method, c.var.exchange.path, allowed);
    });
  }
}
