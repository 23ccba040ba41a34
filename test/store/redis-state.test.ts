/** State in Redis keeps the contract of the shared state, over the connection that the shells make. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis } from "../../src/entry/redis-client.ts";
import { createRedisState } from "../../src/store/redis-state.ts";
import { redisProblem, type RedisServer, startRedis } from "../support/redis.ts";
import { keepsTheContract } from "./contract.ts";

describe.skipIf(redisProblem !== undefined)("state in Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  keepsTheContract(async () => {
    const state = createRedisState(await connectRedis(redis.url, 5_000), "test");
    return { state, end: () => state.close() };
  });

  it("stays apart from a service with another prefix", async () => {
    const connection = await connectRedis(redis.url, 5_000);
    const [one, other] = [createRedisState(connection, "one"), createRedisState(connection, "other")];
    await one.set("key", "of one", 60_000);
    expect(await other.get("key")).toBeUndefined();
    await other.close();
  });

  it("rejects at once where nobody listens, without the password", async () => {
    const gone = await connectRedis("redis://:sesame@127.0.0.1:1", 5_000);
    const asked = gone.get("key");
    await expect(asked).rejects.toThrow("there is no connection to Redis");
    await expect(asked).rejects.not.toThrow("sesame");
    await gone.quit();
  });
});
