/** A request nested so deeply that engines read it and cannot write it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let boxes: readonly FakeUpstream[];
beforeEach(async () => {
  const start = () => startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
  boxes = await Promise.all([start(), start()]);
});
afterEach(() => Promise.all(boxes.map((box) => box.stop())));

const levels = 20_000;
const deep = `"x":${"[".repeat(levels)}${"]".repeat(levels)}`;
const messages = '"messages":[{"role":"user","content":"Hi"}]';

/** Each is written anew, by another part of the proxy. */
const requests = [
  ["a chat that is mended", "/v1/chat/completions", `${messages},"max_completion_tokens":5`],
  ["several choices", "/v1/chat/completions", `${messages},"n":2`],
  ["embeddings", "/v1/embeddings", '"input":"a"'],
  ["a response", "/v1/responses", '"input":"a"'],
] as const;

describe.each(requests)("in %s", (_what, path, fields) => {
  it("is the client's fault, and no box's", async () => {
    const urls = boxes.map(({ url }) => url);
    const app = createTestApp({
      backends: Object.fromEntries(urls.map((url, place) => [`box${place}`, { url, type: "lmstudio" }])),
    });
    const ask = async (body: string) =>
      app.request(path, { method: "POST", headers: { "content-type": "application/json" }, body });
    for (let count = 0; count < 6; count++) {
      const response = await ask(`{"model":"local-chat",${fields},${deep}}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { type: "invalid_request_error", message: expect.stringContaining("nested too deeply") },
      });
    }
    expect(await app.inFlight()).toBe(0);
    expect(boxes.flatMap((box) => box.requests).filter(({ method }) => method === "POST")).toEqual([]);
    const opened = app.events.filter(({ event }) => event.includes("breaker"));
    expect(opened).toEqual([]);
  });
});
