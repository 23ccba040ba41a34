/** No secret in a log, an error, a header or a page; and no client's key reaches a backend. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

const clientKey = "sk-client-0123456789abcdef0123456789";
const otherKey = "sk-other-0123456789abcdef0123456789";
const backendKey = "sk-lm-backend-0123456789abcdef";
const tunnelSecret = "cf-access-secret-0123456789";
const prompt = "the patient is called Example";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) =>
    sendJson(response, 200, chatAnswer("a private answer")),
  );
  app = createTestApp({
    backends: {
      box: { url: upstream.url, api_key: backendKey, headers: { "CF-Access-Client-Secret": tunnelSecret } },
    },
    authentication: { enabled: true, valid_api_keys: [clientKey] },
  });
});
afterEach(() => upstream.stop());

const withKey = (headers: Record<string, string>) => ({ headers });

describe("keys", () => {
  it.each([
    ["Authorization", { authorization: `Bearer ${clientKey}` }],
    ["Authorization in small letters", { authorization: `bearer ${clientKey}` }],
    ["api-key", { "api-key": clientKey }],
    ["x-api-key", { "x-api-key": clientKey }],
    ["both, as the C# library sends them", { authorization: `Bearer ${clientKey}`, "api-key": clientKey }],
  ])("lets a valid key in by %s", async (_name, headers) => {
    expect((await app.chat({}, withKey(headers))).status).toBe(200);
  });

  it("never shows a backend the client's key, cookies or account, and sends the backend's own", async () => {
    await app.chat(
      {},
      {
        headers: {
          authorization: `Bearer ${clientKey}`,
          "x-api-key": clientKey,
          "api-key": clientKey,
          cookie: "session=1",
          "openai-organization": "org-1",
          "openai-project": "proj-1",
        },
      },
    );
    const { headers } = await upstream.received(0);
    expect(headers.authorization).toBe(`Bearer ${backendKey}`);
    expect(headers["cf-access-client-secret"]).toBe(tunnelSecret);
    expect(JSON.stringify(headers)).not.toContain(clientKey);
    for (const name of ["cookie", "openai-organization", "openai-project", "api-key", "x-api-key"]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it("answers 401 without a key, and says how to send one", async () => {
    const response = await app.chat({});
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: {
        type: "invalid_request_error",
        code: null,
        message: expect.stringContaining("Authorization: Bearer"),
      },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it("answers 401 to a wrong key and shows no more than its ends", async () => {
    const response = await app.chat({}, withKey({ authorization: `Bearer ${otherKey}` }));
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: "invalid_api_key" } });
    expect(text).not.toContain(otherKey);
    expect(text).not.toContain(clientKey);
  });

  it("asks for no key on health checks and preflights, and tells strangers no addresses", async () => {
    const health = await app.request("/health");
    expect(health.status).toBe(200);
    expect(await health.text()).not.toContain(upstream.url);
    const preflight = await app.request("/v1/chat/completions", {
      method: "OPTIONS",
      headers: {
        origin: "http://app.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-stainless-os",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("authorization,x-stainless-os");
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("what is written down", () => {
  it("holds no key and no body, whatever happens", async () => {
    const outputs: string[] = [];
    async function keep(answer: Promise<Response>): Promise<void> {
      const response = await answer;
      outputs.push(
        JSON.stringify([...response.headers]),
        (await response.text()).replace("a private answer", ""),
      );
    }
    const messages = [{ role: "user", content: prompt }];
    const key = withKey({ authorization: `Bearer ${clientKey}` });
    await keep(app.chat({ messages }, key));
    upstream.handle = (_request, response) => sendJson(response, 500, { error: "boom" });
    await keep(app.chat({ messages }, key));
    upstream.handle = (_request, response) => sendJson(response, 401, { error: { message: "bad key" } });
    await keep(app.chat({ messages }, key));
    upstream.handle = (_request, response) => void response.destroy();
    await keep(app.chat({ messages }, key));
    await keep(app.chat({ messages: 1, temperature: prompt }, key));
    await keep(app.request("/v1/chat/completions", { ...key, method: "POST", body: `{"model": "${prompt}` }));
    await keep(app.request("/health", key));
    await keep(app.request("/v1/models", key));
    await keep(app.chat({ messages }, withKey({ authorization: `Bearer ${otherKey}` })));

    const written = outputs.join("\n") + JSON.stringify(app.events);
    expect(app.events.length).toBeGreaterThan(5);
    for (const secret of [clientKey, otherKey, backendKey, tunnelSecret, prompt, "a private answer"]) {
      expect(written).not.toContain(secret);
    }
  });

  it("holds bodies where the operator asks for them", async () => {
    app = createTestApp({
      backends: { box: { url: upstream.url } },
      logging: { include_request_body: true, include_response_body: true },
    });
    await (await app.chat({ messages: [{ role: "user", content: prompt }] })).text();
    const written = JSON.stringify(app.events);
    expect(written).toContain(prompt);
    expect(written).toContain("a private answer");
  });
});
