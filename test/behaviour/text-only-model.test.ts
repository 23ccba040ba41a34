/** An image for a model that sees none is refused before anything is sent. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { pngDataUri, showing } from "../support/images.ts";
import { createTestApp } from "../support/test-app.ts";

let backend: FakeUpstream;
const models = [
  { id: "blind", type: "llm", state: "loaded" },
  { id: "seeing", type: "vlm", state: "not-loaded" },
  { id: "odd", type: "something-new", state: "loaded" },
];

beforeEach(async () => {
  backend = await startUpstream((request, response) => {
    if (request.url === "/api/v0/models") sendJson(response, 200, { object: "list", data: models });
    else sendJson(response, 200, chatAnswer());
  });
  backend.models = undefined;
});
afterEach(() => backend.stop());

const mapped = { "to-blind": "blind", "to-seeing": "seeing", "to-odd": "odd", "to-missing": "missing" };
const createApp = (box = {}) =>
  createTestApp({
    backends: { box: { url: backend.url, load_first: false, ...box } },
    model_mapping: mapped,
  });
/** LM Studio before 0.4.0, which has the older list only. */
const lists = ["/api/v1/models", "/api/v0/models"];
const asked = () => backend.requests.map(({ url }) => url);

describe("an image", () => {
  it.each([false, true])(
    "for a text model is refused, under the name that was asked for (stream: %s)",
    async (stream) => {
      const response = await createApp().chat({ model: "to-blind", ...showing(pngDataUri), stream });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: {
          message: "The model 'to-blind' cannot see images. The backend has others that can: 'seeing'.",
          type: "invalid_request_error",
          param: "messages[0].content[1]",
          code: "unsupported_image",
        },
      });
      expect(asked()).toEqual(lists);
    },
  );

  it.each(["to-seeing", "to-odd", "to-missing"])("for %s passes", async (model) => {
    expect((await createApp().chat({ model, ...showing(pngDataUri) })).status).toBe(200);
    expect(asked()).toEqual([...lists, "/v1/chat/completions"]);
  });

  it("is the operator's to let through", async () => {
    const app = createApp({ disabled_mends: ["image-on-text-model"] });
    await app.request("/v1/models");
    expect((await app.chat({ model: "to-blind", ...showing(pngDataUri) })).status).toBe(200);
    expect(asked()).toEqual([...lists, "/v1/chat/completions"]);
  });

  it("passes where the backend does not tell its models", async () => {
    backend.handle = (request, response) =>
      sendJson(
        response,
        200,
        request.url.endsWith("/models") ? { error: "Unexpected endpoint" } : chatAnswer(),
      );
    expect((await createApp().chat({ model: "to-blind", ...showing(pngDataUri) })).status).toBe(200);
  });
});

describe("a chat without images", () => {
  it("does not ask what the model sees", async () => {
    const content = [{ type: "text", text: "Hi" }];
    await createApp().chat({ model: "to-blind", messages: [{ role: "user", content }] });
    await createApp().chat({ model: "to-blind" });
    expect(asked()).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
  });
});
