/** Two thousand requests under way while one of three boxes dies and another freezes: none that had not begun to answer is lost. */
import { afterEach, expect, it } from "vitest";
import { Agent, request } from "undici";
import { type BoxProcess, startBox } from "../support/box-process.ts";
import { launch, type LaunchedProxy } from "../support/launch.ts";

const boxes: BoxProcess[] = [];
let proxy: LaunchedProxy | undefined;
afterEach(async () => {
  await proxy?.stop();
  await Promise.all(boxes.splice(0).map((box) => box.stop()));
});

const inFlight = 2_000;

it("answers all of them", { timeout: 90_000 }, async () => {
  boxes.push(await startBox(400), await startBox(400), await startBox(600));
  const [dying, freezing, slow] = boxes as [BoxProcess, BoxProcess, BoxProcess];
  proxy = await launch("node", {
    backends: {
      dying: { url: dying.url, max_concurrency: inFlight },
      freezing: { url: freezing.url, max_concurrency: inFlight },
      slow: { url: slow.url, max_concurrency: inFlight },
    },
    model_mapping: { "gpt-4o": "simulated/qwen3-8b" },
    health: { interval: 1 },
    queue: { max_size: inFlight },
    logging: { level: "error" },
  });
  const agent = new Agent({ connections: inFlight, headersTimeout: 0, bodyTimeout: 0 });
  const url = `${proxy.url}/v1/chat/completions`;
  const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
  const ask = async () => {
    const answer = await request(url, { method: "POST", dispatcher: agent, body });
    return {
      status: answer.statusCode,
      backend: answer.headers["x-proxy-backend"],
      text: await answer.body.text(),
    };
  };
  const answers = Array.from({ length: inFlight }, ask);
  // Once many of them are under way: on a quiet machine all, on a busy one the first are answered by then.
  const health = `${proxy.url}/health`;
  await expect
    .poll(
      async () => ((await (await fetch(health)).json()) as { queue: { running: number } }).queue.running,
      {
        timeout: 20_000,
      },
    )
    .toBeGreaterThan(inFlight / 8);
  dying.kill();
  freezing.freeze();

  const all = await Promise.all(answers);
  expect(all.filter(({ status }) => status !== 200)).toEqual([]);
  expect(all.every(({ text }) => text.includes("simulated answer"))).toBe(true);
  // Each box had a share of them, so that those of the two lost ones moved.
  expect(all.filter(({ backend }) => backend === "slow").length).toBeGreaterThan(inFlight / 3);
  await agent.close();
});
