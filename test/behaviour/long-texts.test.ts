/** Long texts reach the box whole, whatever is done to the request on the way. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const long = 'A "long" text — with é, 😀 and\n\tlines. '.repeat(5_000);
const other = "Another one.\\ ".repeat(9_000);

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
});
afterEach(() => upstream.stop());

const user = (content: unknown) => ({ role: "user", content });
const sent = () =>
  upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
const appWith = (options: Parameters<typeof createTestApp>[0] = {}) =>
  createTestApp({
    backends: { box: { url: upstream.url, type: "lmstudio" } },
    model_mapping: { "gpt-4o": "local-chat" },
    ...options,
  });

describe("a chat with long texts", () => {
  it("is sent as it came, but for the name", async () => {
    const messages = [user(long), { role: "assistant", content: other }, user("And now?")];
    expect((await appWith().chat({ messages })).status).toBe(200);
    expect(sent()).toEqual([{ model: "local-chat", messages }]);
  });

  it("is sent with what mends made of it", async () => {
    const messages = [user(long), user(other), user([{ type: "text", text: long }])];
    const app = appWith({ model_options: { "local-chat": { merge_system: true } } });
    await app.chat({ messages: messages.slice(0, 2), store: true });
    expect(sent()).toEqual([{ model: "local-chat", messages: [user(`${long}\n\n${other}`)] }]);
  });

  it("is sent with a tool's own data as the JSON that it is", async () => {
    const found = [{ title: "a hit", text: other }];
    const called = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    await appWith().chat({
      messages: [
        user("Hi"),
        { role: "assistant", content: "", tool_calls: [called] },
        { role: "tool", tool_call_id: "a", content: found },
      ],
    });
    expect(sent()).toMatchObject([{ messages: [{}, {}, { content: JSON.stringify(found) }] }]);
  });

  it("is sent as often as it takes", async () => {
    await appWith().chat({ messages: [user(long)], n: 2 });
    expect(sent()).toEqual(
      Array.from({ length: 2 }, () => ({ model: "local-chat", messages: [user(long)] })),
    );
  });

  it("is sent whole a second time, where the model had been unloaded", async () => {
    upstream.handle = (_request, response) =>
      upstream.requests.length === 1
        ? sendJson(response, 400, { error: "Model unloaded." })
        : sendJson(response, 200, chatAnswer());
    expect((await appWith().chat({ messages: [user(long)] })).status).toBe(200);
    expect(sent().map(({ messages }) => messages)).toEqual([[user(long)], [user(long)]]);
  });

  it("is refused with the place of what is wrong in it", async () => {
    const app = appWith();
    const broken = JSON.stringify({ model: "gpt-4o", messages: [user(long)] }).slice(0, -1);
    const headers = { "content-type": "application/json" };
    const refused = await app.request("/v1/chat/completions", { method: "POST", headers, body: broken });
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { error: { message: string } }).error.message).toContain(
      "not valid JSON",
    );
    const typed = await app.chat({ messages: [user(long)], temperature: "hot" });
    expect(await typed.json()).toMatchObject({ error: { param: "temperature" } });
    expect(upstream.requests).toHaveLength(0);
  });
});
