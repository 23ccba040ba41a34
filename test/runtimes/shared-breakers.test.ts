/** Two replicas with one real Redis: a box that fails one of them is left alone by the other, which it never failed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";
import { redisProblem, type RedisServer, startRedis } from "../support/redis.ts";

const soon = { timeout: 10_000, interval: 50 };

describe.skipIf(redisProblem !== undefined)("a box that fails one of two replicas", () => {
  let redis: RedisServer;
  let boxes: readonly FakeUpstream[] = [];
  let replicas: readonly LaunchedProxy[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    boxes = await Promise.all(
      [0, 1].map(() => startUpstream((_request, response) => sendJson(response, 200, chatAnswer()))),
    );
    const [ill, well] = boxes.map(({ url }) => ({ url, max_concurrency: 1_000 }));
    if (ill === undefined || well === undefined) throw new Error("There are two boxes.");
    const config: ConfigInput = {
      backends: { ill, well },
      routing: { policy: "round_robin" },
      // Nothing but traffic and the other replica tells of a box.
      health: { interval: 0 },
      state: { url: redis.url },
      logging: { level: "info" },
    };
    replicas = await Promise.all([launch("node", config), launch("bun", config)]);
  });
  afterAll(async () => {
    await Promise.all([...replicas.map((one) => one.stop()), ...boxes.map((box) => box.stop())]);
    await redis?.kill();
  });

  const ask = async (replica: number): Promise<number> => {
    const answer = await fetch(`${replicas[replica]?.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: `from ${replica}` }] }),
    });
    await answer.text();
    return answer.status;
  };
  const askOften = (replica: number, count: number) =>
    Promise.all(Array.from({ length: count }, () => ask(replica)));
  const arrivedAtIll = (replica: number) =>
    (boxes[0]?.requests ?? []).filter(({ body }) => body.includes(`from ${replica}`)).length;

  it("gets no request of the other any more, and each of them back once it is well", async () => {
    const [ill] = boxes;
    if (ill === undefined) throw new Error("There are two boxes.");
    expect(await askOften(1, 10)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(arrivedAtIll(1)).toBeGreaterThan(2);
    ill.handle = (request, response) =>
      request.body.includes("from 0") ? void response.destroy() : sendJson(response, 200, chatAnswer());
    for (let count = 0; count < 8; count++) expect(await ask(0)).toBe(200);
    const openedAt = Date.now();
    const burst = async () => {
      const before = arrivedAtIll(1);
      await askOften(1, 10);
      return arrivedAtIll(1) - before;
    };
    await expect.poll(burst, soon).toBe(0);
    // A second until the other looks, and the way there and back.
    expect(Date.now() - openedAt).toBeLessThan(1_500);
    await expect.poll(() => replicas[1]?.output()).toContain("breaker-heard");
    expect(await burst()).toBe(0);
    ill.handle = (_request, response) => sendJson(response, 200, chatAnswer());
    await expect.poll(burst, soon).toBeGreaterThan(0);
    const before = arrivedAtIll(0);
    await expect
      .poll(async () => {
        await ask(0);
        return arrivedAtIll(0) - before;
      }, soon)
      .toBeGreaterThan(1);
  });
});
