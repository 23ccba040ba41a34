/** JSON behind a byte order mark, as some editors and serialisers write it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const mark = "\ufeff";
let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(`${mark}${JSON.stringify(chatAnswer())}`);
  });
});
afterEach(() => upstream.stop());

it.each(["lmstudio", "openai"] as const)("is read both ways, beside a backend of type %s", async (type) => {
  const app = createTestApp({
    backends: { box: { url: upstream.url, type } },
    model_mapping: { "gpt-4o": "local-chat" },
  });
  const fields = { model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] };
  const response = await app.request("/v1/chat/completions", {
    method: "POST",
    body: `${mark}${JSON.stringify(fields)}`,
  });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ model: "gpt-4o" });
  const sent = upstream.requests.map(({ body }) => body.toString());
  expect(sent).toEqual([JSON.stringify({ ...fields, model: "local-chat" })]);
});
