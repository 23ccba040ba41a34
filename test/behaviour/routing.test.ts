/** Which of several backends takes a request: who has the model, who is well, what the routes say, and what an operator drained. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

const boxes: FakeUpstream[] = [];
beforeEach(async () => {
  for (let index = 0; index < 3; index++) {
    boxes.push(await startUpstream((_request, response) => sendJson(response, 200, chatAnswer())));
  }
});
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.stop()));
});

const names = ["a", "b", "c"] as const;
const createApp = (config: Partial<ConfigInput> = {}, each: Record<string, object> = {}) =>
  createTestApp({
    backends: Object.fromEntries(
      names.map((name, index) => [
        name,
        { url: boxes[index]?.url ?? "", type: "openai" as const, ...each[name] },
      ]),
    ),
    unknown_model: "passthrough",
    ...config,
  });
const ask = async (app: TestApp, model = "local-chat", body = {}) =>
  (await app.chat({ model, ...body })).headers.get("x-proxy-backend");
const counts = () => boxes.map(({ requests }) => requests.length);

describe("of backends that are alike", () => {
  it.each(["round_robin", "weighted"] as const)("%s takes one after the other", async (policy) => {
    const app = createApp({ routing: { policy } });
    for (let count = 0; count < 9; count++) await ask(app);
    expect(counts()).toEqual([3, 3, 3]);
  });

  it("weighted goes by the weights", async () => {
    const app = createApp({ routing: { policy: "weighted" } }, { a: { weight: 3 } });
    for (let count = 0; count < 10; count++) await ask(app);
    expect(counts()).toEqual([6, 2, 2]);
  });

  it("least_connections takes who has the least to do", async () => {
    const held: (() => void)[] = [];
    for (const box of boxes) {
      box.handle = (_request, response) => void held.push(() => sendJson(response, 200, chatAnswer()));
    }
    const app = createApp();
    const answers = Array.from({ length: 6 }, () => ask(app));
    await expect.poll(counts).toEqual([2, 2, 2]);
    for (const answer of held) answer();
    await Promise.all(answers);
  });

  it("prefix_affinity keeps a conversation on the box that has it", async () => {
    const app = createApp({ routing: { policy: "prefix_affinity" } });
    const places = new Set<string | null>();
    for (let talk = 0; talk < 5; talk++) {
      const messages = [{ role: "user", content: `Question ${talk}` }];
      const first = await ask(app, "local-chat", { messages });
      for (let turn = 0; turn < 4; turn++) {
        messages.push({ role: "assistant", content: "Hello." }, { role: "user", content: `More ${turn}` });
        expect(await ask(app, "local-chat", { messages })).toBe(first);
      }
      places.add(first);
    }
    expect(places.size).toBeGreaterThan(1);
  });
});

describe("a request goes", () => {
  it("where the model is, whoever is first", async () => {
    const [first, second] = boxes;
    if (first !== undefined) first.models = ["other"];
    if (second !== undefined) second.models = ["other"];
    const app = createApp();
    await app.request("/v1/models");
    expect(await ask(app)).toBe("c");
  });

  it("where the routes say, by alias, endpoint and key", async () => {
    const key = "sk-one-0123456789abcdef";
    const app = createApp({
      authentication: { enabled: true, valid_api_keys: [key] },
      routes: [
        { aliases: ["small-*"], backends: ["b"] },
        { keys: ["key-1"], endpoints: ["chat"], backends: ["c"] },
      ],
    });
    const as = { headers: { authorization: `Bearer ${key}` } };
    const backendOf = async (model: string) => (await app.chat({ model }, as)).headers.get("x-proxy-backend");
    expect(await backendOf("small-one")).toBe("b");
    expect(await backendOf("local-chat")).toBe("c");
  });

  it("elsewhere after a box failed three times in a row, though nothing else tells that it is ill", async () => {
    const [ill] = boxes;
    if (ill !== undefined) ill.handle = (_request, response) => sendJson(response, 500, { error: "boom" });
    const app = createApp({ routing: { policy: "in_order" } });
    for (let count = 0; count < 6; count++) expect(await ask(app)).toBe("b");
    expect(counts()[0]).toBe(3);
  });
});

describe("a drained backend", () => {
  const admin = "sk-admin-0123456789abcdef";
  const call = (app: TestApp, path: string, key = admin) =>
    app.request(path, { method: "POST", headers: { authorization: `Bearer ${key}` } });

  it("takes nothing new until it is undrained", async () => {
    const app = createApp({ admin: { key: admin }, routing: { policy: "in_order" } });
    const drained = await call(app, "/admin/backends/a/drain");
    expect(await drained.json()).toEqual({ backend: "a", drained: true });
    expect(await ask(app)).toBe("b");
    await call(app, "/admin/backends/a/undrain");
    expect(await ask(app)).toBe("a");
  });

  it("is drained by the admin key alone, also where clients have keys", async () => {
    const key = "sk-one-0123456789abcdef";
    const app = createApp({
      admin: { key: admin },
      authentication: { enabled: true, valid_api_keys: [key] },
    });
    expect((await call(app, "/admin/backends/a/drain", key)).status).toBe(401);
    expect((await app.request("/admin/backends/a/drain", { method: "POST" })).status).toBe(401);
    expect((await call(app, "/admin/backends/nowhere/drain")).status).toBe(404);
    expect((await call(app, "/admin/backends/a/drain")).status).toBe(200);
  });
});
