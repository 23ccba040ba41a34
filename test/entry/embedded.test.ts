/** The app in somebody else's server: one fetch handler, by Hono's own adapter for Node. */
import { serve, type ServerType } from "@hono/node-server";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { afterEach, expect, it } from "vitest";
import { createApp, createPortableRuntime, parseConfig } from "../../src/index.ts";
import { type SimulatorServer, startSimulator } from "../support/simulator-server.ts";

let server: ServerType | undefined;
let simulator: SimulatorServer | undefined;
afterEach(async () => {
  server?.close();
  await simulator?.stop();
});

it("answers and streams as it does by itself", async () => {
  simulator = await startSimulator();
  const config = parseConfig({
    backends: { box: { url: simulator.url } },
    model_mapping: { "gpt-4o": "simulated/qwen3-8b" },
  });
  const app = createApp(config, createPortableRuntime("embedded"));
  server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const openai = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "none" });
  const asked = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hi" }] };
  expect((await openai.chat.completions.create(asked)).model).toBe("gpt-4o");
  let text = "";
  for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  expect(text).not.toBe("");
});
