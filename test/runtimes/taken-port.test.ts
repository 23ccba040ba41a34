/** A proxy whose port another program has: it says so and ends, as a real process. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../support/launch.ts";

const other = createServer();
let port = "";

beforeAll(async () => {
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  port = `${(other.address() as AddressInfo).port}`;
});
afterAll(() => void other.close());

it.each(["node", "bun", "deno"] as const)(
  "a taken port ends the proxy on %s with a message",
  async (runtime) => {
    const config = { backends: { box: { url: "http://127.0.0.1:9" } } };
    const launched = launch(runtime, config, {}, ["--host", "127.0.0.1", "--port", port]);
    await expect(launched).rejects.toThrow(/^The proxy ended with [1-9]\d*:[^]*is in use by another program/);
  },
);
