/** Boxes of different kinds behind one name: a request gets what whichever of them answers needs. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const boxes: FakeUpstream[] = [];
beforeEach(async () => {
  for (let count = 0; count < 2; count++) {
    boxes.push(await startUpstream((_request, response) => sendJson(response, 200, chatAnswer())));
  }
});
afterEach(() => Promise.all(boxes.splice(0).map((box) => box.stop())));

it.for([
  ["openai", "lmstudio"],
  ["lmstudio", "openai"],
] as const)("several choices come from any of them, with %s first", async (types) => {
  const backends = Object.fromEntries(
    types.map((type, index) => [type, { url: boxes[index]?.url ?? "", type, max_concurrency: 9 }]),
  );
  const app = createTestApp({ backends, routing: { policy: "round_robin" } });
  await app.request("/v1/models");
  const served = new Set<string | null>();
  for (let count = 0; count < 4; count++) {
    const response = await app.chat({ model: "local-chat", n: 3 });
    const { choices } = (await response.json()) as { choices: readonly { index: number }[] };
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    served.add(response.headers.get("x-proxy-backend"));
  }
  expect(served).toEqual(new Set(types));
});
