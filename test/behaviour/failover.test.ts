/** A request that failed before its first byte to the client moves to the next backend; after that, and for its own faults, never. */
import { afterEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const upstreams: FakeUpstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
});

async function startTwo(first: UpstreamHandler) {
  const [one, two] = [
    await startUpstream(first),
    await startUpstream((request, response) => {
      const { stream } = JSON.parse(request.body.toString()) as { stream?: boolean };
      if (stream !== true) return sendJson(response, 200, chatAnswer("from the second"));
      startEvents(response);
      response.end(`${chatChunk("from the second")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    }),
  ] as const;
  upstreams.push(one, two);
  const app = createTestApp({
    backends: { first: { url: one.url }, second: { url: two.url } },
    routing: { policy: "in_order" },
  });
  return { app, one, two };
}

const failing: Readonly<Record<string, UpstreamHandler>> = {
  "answers 503": (_request, response) => sendJson(response, 503, { error: "Loading model" }),
  "answers 500": (_request, response) => sendJson(response, 500, { error: "boom" }),
  "answers 429": (_request, response) => sendJson(response, 429, { error: "slow down" }),
  "lost the model": (_request, response) => sendJson(response, 400, { error: "Model unloaded." }),
  "does not have the model": (_request, response) =>
    sendJson(response, 404, { error: { message: "no", code: "model_not_found" } }),
  "refuses the proxy's key": (_request, response) => sendJson(response, 401, { error: "no key" }),
  "drops the connection": (_request, response) => void response.destroy(),
  "streams an error first": (_request, response) => {
    startEvents(response);
    response.end('data: {"error":{"message":"Compute error."}}\n\n');
  },
};

describe.each([false, true])("a request (stream: %s) moves on from a backend that", (stream) => {
  it.each(Object.entries(failing))("%s", async (_name, handle) => {
    const { app, one, two } = await startTwo(handle);
    const response = await app.chat({ model: "local-chat", stream });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-proxy-backend")).toBe("second");
    expect(await response.text()).toContain("from the second");
    expect([one.requests.length, two.requests.length]).toEqual([1, 1]);
    expect(await app.inFlight()).toBe(0);
  });
});

describe("a request stays with", () => {
  it.each([
    ["a wrong value", 400, { error: "'temperature' must be a number" }],
    ["too long a prompt", 400, { error: "n_ctx exceeded" }],
    ["what is too large", 413, { error: "too large" }],
  ])("its own fault: %s", async (_name, status, body) => {
    const { app, two } = await startTwo((_request, response) => sendJson(response, status, body));
    expect((await app.chat({ model: "local-chat" })).status).toBe(status);
    expect(two.requests).toHaveLength(0);
  });

  it("the last error where every backend failed, each asked once", async () => {
    const { app, one, two } = await startTwo((_request, response) =>
      sendJson(response, 503, { error: "busy" }),
    );
    two.handle = (_request, response) => sendJson(response, 500, { error: "broken" });
    const response = await app.chat({ model: "local-chat" });
    expect(response.status).toBe(500);
    expect([one.requests.length, two.requests.length]).toEqual([1, 1]);
  });
});

it("what a backend said goes before that another one is not there", async () => {
  const { app, two } = await startTwo((_request, response) =>
    sendJson(response, 429, { error: "slow down" }),
  );
  await two.stop();
  const response = await app.chat({ model: "local-chat" });
  expect(response.status).toBe(429);
});

describe("a single backend", () => {
  it("that lost the model to somebody else is asked once more", async () => {
    const { app, one, two } = await startTwo((_request, response) =>
      one.requests.length === 1
        ? sendJson(response, 400, { error: "Model unloaded." })
        : sendJson(response, 200, chatAnswer("loaded again")),
    );
    two.models = ["something-else"];
    await app.request("/v1/models");
    const response = await app.chat({ model: "local-chat" });
    expect(await response.text()).toContain("loaded again");
    expect([one.requests.length, two.requests.length]).toEqual([2, 0]);
  });
});

describe("a model that cannot be had", () => {
  const backends = (url: string) => ({ backends: { box: { url, type: "openai" as const } } });
  const only =
    (models: readonly string[]): UpstreamHandler =>
    (request, response) => {
      const { model } = JSON.parse(request.body.toString()) as { model: string };
      if (models.includes(model)) sendJson(response, 200, chatAnswer(`by ${model}`, model));
      else sendJson(response, 503, { error: { message: `${model} does not fit into memory` } });
    };
  const startWith = async (models: readonly string[]) => {
    const box = await startUpstream(only(models));
    upstreams.push(box);
    const app = createTestApp({
      ...backends(box.url),
      model_mapping: { "gpt-4o": "large", "gpt-4o-mini": "small" },
      fallbacks: { "gpt-4o": ["gpt-4o-mini", "tiny"], "gpt-*": ["tiny"] },
      unknown_model: "passthrough",
    });
    return { app, asked: () => box.requests.map(({ body }) => JSON.parse(body.toString()).model as string) };
  };

  it("is stood in for by the next in order, which the header names, under the asked name in the body", async () => {
    const { app, asked } = await startWith(["tiny"]);
    const response = await app.chat({ model: "gpt-4o" });
    expect(await response.json()).toMatchObject({
      model: "gpt-4o",
      choices: [{ message: { content: "by tiny" } }],
    });
    expect(response.headers.get("openai-model")).toBe("tiny");
    expect(response.headers.get("x-proxy-model")).toBe("tiny");
    expect(asked()).toEqual(["large", "small", "tiny"]);
  });

  it("is not stood in for while it can be had", async () => {
    const { app, asked } = await startWith(["large"]);
    expect((await app.chat({ model: "gpt-4o" })).headers.get("openai-model")).toBe("gpt-4o");
    expect(asked()).toEqual(["large"]);
  });

  it("gives its own error where none of them can be had either", async () => {
    const { app } = await startWith([]);
    const response = await app.chat({ model: "gpt-4o" });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("large") } });
  });
});
