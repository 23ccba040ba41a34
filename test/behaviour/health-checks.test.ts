/** Backends that fall silent are found by checks, and what waits for them moves on. */
import { afterEach, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { startHealthChecks } from "../../src/pipeline/health-checks.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { createState } from "../../src/state.ts";
import { createFakeClock } from "../support/fake-runtime.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, recordingLog } from "../support/test-app.ts";

const upstreams: FakeUpstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
});

async function start(isFrozen: boolean): Promise<FakeUpstream> {
  const upstream = await startUpstream((_request, response) => {
    if (!isFrozen) sendJson(response, 200, chatAnswer("from the other"));
  });
  if (isFrozen) upstream.models = undefined;
  upstreams.push(upstream);
  return upstream;
}

it("a frozen box is down after two checks, and its waiting request is answered by another", async () => {
  const [frozen, other] = [await start(true), await start(false)];
  const config = parseConfig({
    backends: { frozen: { url: frozen.url }, other: { url: other.url } },
    model_mapping: { "gpt-4o": "local-chat" },
    routing: { policy: "in_order" },
  });
  const clock = createFakeClock();
  const log = recordingLog();
  const { now, setTimer } = clock;
  const runtime = createPortableRuntime("test", { now, setTimer, random: () => 0.5, log });
  const state = createState(runtime);
  const models = [{ id: "local-chat", kind: "chat" as const, isLoaded: true }];
  for (const backend of createPlan(config).backends) state.pool.reportModels(backend, { models }, now());
  const app = createApp(config, runtime, state);
  const stop = startHealthChecks({ plan: createPlan(config), pool: state.pool, runtime });
  const answer = app.request("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] }),
  });
  await expect.poll(() => frozen.requests.some(({ url }) => url === "/v1/chat/completions")).toBe(true);

  // Half of the first interval, three seconds of patience, one until the next check, three more.
  await clock.advance(5_000 + 3_000);
  expect(log.events.some(({ event }) => event === "backend-down")).toBe(false);
  await expect
    .poll(async () => {
      await clock.advance(1_000);
      return log.events.some(({ event }) => event === "backend-down");
    })
    .toBe(true);
  const response = await answer;
  stop();

  expect(response.status).toBe(200);
  expect(response.headers.get("x-proxy-backend")).toBe("other");
  const closed = frozen.requests.find(({ url }) => url === "/v1/chat/completions");
  await closed?.closed;
});

it("checks leave no timer behind when they are stopped, and none runs for a single box", async () => {
  const box = await start(false);
  const clock = createFakeClock();
  const runtime = createPortableRuntime("test", { now: clock.now, setTimer: clock.setTimer });
  const { pool } = createState(runtime);
  const planOf = (backends: object) => createPlan(parseConfig({ backends }));
  const stop = startHealthChecks({
    plan: planOf({ one: { url: box.url }, two: { url: box.url } }),
    pool,
    runtime,
  });
  expect(clock.pending).toBe(2);
  stop();
  expect(clock.pending).toBe(0);
  startHealthChecks({ plan: planOf({ one: { url: box.url } }), pool, runtime });
  expect(clock.pending).toBe(0);
});

it("a box that is slow to list its models is not taken from the request that waits for it", async () => {
  const box = await start(true);
  let finish = () => {};
  box.handle = ({ method }, response) => {
    if (method === "POST") finish = () => sendJson(response, 200, chatAnswer("after all"));
  };
  const app = createTestApp({
    backends: { box: { url: box.url } },
    model_mapping: { "gpt-4o": "local-chat" },
    health: { unhealthy_after: 5 },
  });
  const answer = app.chat({});
  await expect.poll(() => box.requests.some(({ url }) => url === "/v1/chat/completions")).toBe(true);
  expect((await app.request("/v1/models")).status).toBe(200);
  const health: unknown = await (await app.request("/health")).json();
  expect(health).toMatchObject({ backends: { box: { status: "down" } } });
  finish();
  expect(await (await answer).text()).toContain("after all");
});
