/** A key that floods the boxes cannot make another one wait: a real proxy, real boxes, real time. */
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

const flood = 500;
const modest = 10;
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;

it(
  "waits no longer than two answers take, at the median, beside a flood of 500",
  { timeout: 90_000 },
  async () => {
    for (let count = 0; count < 3; count++) boxes.push(await startBox(8));
    const backends = boxes.map(({ url }, index) => [`box-${index}`, { url, max_concurrency: 2 }] as const);
    proxy = await launch("node", {
      backends: Object.fromEntries(backends),
      model_mapping: { "gpt-4o": "simulated/qwen3-8b" },
      keys: [
        { name: "flooding", secret: "sk-flooding" },
        { name: "modest", secret: "sk-modest" },
      ],
      queue: { max_size: flood + modest },
      logging: { level: "info", format: "json" },
    });
    const agent = new Agent({ connections: flood + modest, headersTimeout: 0, bodyTimeout: 0 });
    const running = proxy;
    const url = `${running.url}/v1/chat/completions`;
    const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
    const ask = async (key: string) => {
      const headers = { authorization: `Bearer ${key}` };
      const answer = await request(url, { method: "POST", dispatcher: agent, body, headers });
      await answer.body.dump();
      return answer.statusCode;
    };
    expect(await ask("sk-modest")).toBe(200);
    const flooding = Array.from({ length: flood }, () => ask("sk-flooding"));
    const statuses: number[] = [];
    for (let count = 0; count < modest; count++) {
      const [status] = await Promise.all([
        ask("sk-modest"),
        new Promise((resolve) => setTimeout(resolve, 1_000)),
      ]);
      statuses.push(status);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(new Set(await Promise.all(flooding))).toEqual(new Set([200]));
    const ended = () =>
      running
        .output()
        .split("\n")
        .filter((line) => line.includes('"request-end"'));
    await expect.poll(() => ended().length).toBe(flood + modest + 1);
    const lines = ended().map(
      (line) => JSON.parse(line) as { principal: string; ms: number; waitedMs?: number },
    );
    const waits = lines.filter(({ principal }) => principal === "modest").map(({ waitedMs = 0 }) => waitedMs);
    const floodWaits = lines
      .filter(({ principal }) => principal === "flooding")
      .map(({ waitedMs = 0 }) => waitedMs);
    const service = median(lines.map(({ ms, waitedMs = 0 }) => ms - waitedMs));
    process.stdout.write(
      `an answer takes ${service} ms; the modest key waits ${median(waits)} ms, the flooding one ${median(floodWaits)} ms\n`,
    );
    expect(waits).toHaveLength(modest + 1);
    expect(median(waits)).toBeLessThanOrEqual(2 * service);
    // The flood was still there when the last modest request came: else it would prove nothing.
    expect(Math.max(...floodWaits)).toBeGreaterThan(modest * 1_000);
    await agent.close();
  },
);
