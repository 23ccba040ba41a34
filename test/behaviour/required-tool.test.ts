/** A required tool call that did not come is asked for once more, and only once. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
const tool = (name: string) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} } },
});
const asked = { tools: [tool("a"), tool("b")], tool_choice: { type: "function", function: { name: "b" } } };
const called = {
  ...(chatAnswer() as object),
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "1", type: "function", function: { name: "b", arguments: "{}" } }],
      },
      finish_reason: "tool_calls",
    },
  ],
};

beforeEach(async () => {
  upstream = await startUpstream((_request, response) =>
    sendJson(response, 200, upstream.requests.length === 1 ? chatAnswer(" ") : called),
  );
  app = createTestApp({ backends: { box: { url: upstream.url } } });
});
afterEach(() => upstream.stop());

const bodies = () =>
  upstream.requests.map(
    ({ body }) =>
      JSON.parse(body.toString()) as { tool_choice: unknown; tools: unknown[]; messages: { role: string }[] },
  );

describe("a required tool call", () => {
  it("that did not come is asked for as auto with a hint", async () => {
    const response = await app.chat({ ...asked });
    expect(await response.json()).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { name: "b" } }] } }],
    });
    expect(bodies().map(({ tool_choice: choice, tools }) => [choice, tools.length])).toEqual([
      ["required", 1],
      ["auto", 1],
    ]);
    expect(bodies()[1]?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(response.headers.get("x-proxy-mends")).toContain("required-tool-retry");
    expect(await app.inFlight()).toBe(0);
  });

  it("that does not come the second time either is left at that", async () => {
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer(""));
    expect((await app.chat({ ...asked })).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it("that came, or was not required, is not asked for again", async () => {
    upstream.handle = (_request, response) => sendJson(response, 200, called);
    await app.chat({ ...asked });
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer(""));
    await app.chat({ tools: asked.tools, tool_choice: "auto" });
    expect(upstream.requests).toHaveLength(2);
  });

  it("is the operator's to leave as it is", async () => {
    app = createTestApp({
      backends: { box: { url: upstream.url, disabled_mends: ["required-tool-retry"] } },
    });
    await app.chat({ ...asked });
    expect(upstream.requests).toHaveLength(1);
  });
});
