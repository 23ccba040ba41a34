import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { createCatalog } from "../../src/pipeline/catalog.ts";
import { pause } from "../../src/pipeline/pause.ts";
import { createPool } from "../../src/route/pool.ts";
import type { Runtime } from "../../src/runtime.ts";
import { createFakeClock, createFakeRuntime, settlePromises } from "../support/fake-runtime.ts";

function catalogWith(overrides: Partial<Runtime> = {}) {
  const clock = createFakeClock();
  const asked: string[] = [];
  let answer: () => Promise<Response> = async () =>
    Response.json({ models: [{ key: "m", type: "llm", loaded_instances: [{ id: "m" }] }] });
  const runtime = createFakeRuntime(clock, {
    fetch: (url) => {
      asked.push(url);
      return answer();
    },
    ...overrides,
  });
  const plan = createPlan(parseConfig({ backends: { box: { url: "http://box" } } }));
  const catalog = createCatalog(plan, createPool({ now: () => 0, random: () => 0.5 }), runtime);
  return { catalog, clock, asked, answerWith: (next: typeof answer) => (answer = next) };
}

describe("the catalog", () => {
  it("waits for the first answer, and asks once for all who wait", async () => {
    const { catalog, asked } = catalogWith();
    const snapshots = await Promise.all([catalog.current(), catalog.current(), catalog.current()]);
    expect(snapshots.map(([box]) => box?.models?.[0]?.id)).toEqual(["m", "m", "m"]);
    expect(asked).toEqual(["http://box/api/v1/models"]);
  });

  it("asks each for itself where requests may not share promises", async () => {
    const { catalog, asked } = catalogWith({ sharesPromises: false });
    await Promise.all([catalog.current(), catalog.current()]);
    expect(asked).toHaveLength(2);
  });

  it("serves a young answer as it is, and an older one while it asks again", async () => {
    const { catalog, clock, asked, answerWith } = catalogWith();
    await catalog.current();
    await clock.advance(4_000);
    await catalog.current();
    expect(asked).toHaveLength(1);
    await clock.advance(2_000);
    answerWith(() => new Promise(() => {}));
    expect((await catalog.current())[0]?.status).toBe("up");
    expect(asked).toHaveLength(2);
  });

  it("gives a silent backend three seconds, then tells what is wrong", async () => {
    const { catalog, clock, answerWith } = catalogWith({
      fetch: (_url, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        ),
    });
    answerWith(() => Promise.reject(new Error("unused")));
    const pending = catalog.current();
    await settlePromises();
    await clock.advance(3_000);
    expect((await pending)[0]).toMatchObject({
      status: "down",
      problem: expect.stringContaining("within 3 seconds"),
    });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ["a refusal of the key", async () => new Response("{}", { status: 401 }), /refused the proxy's key/],
    ["a web page", async () => new Response("<html>"), /not with a list of models/],
    [
      "an error with status 200",
      async () => Response.json({ error: "Unexpected endpoint" }),
      /not with a list of models/,
    ],
    [
      "a refused connection",
      () => Promise.reject(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
      /is its server started/,
    ],
  ])("tells of %s", async (_name, answer, problem) => {
    const { catalog, answerWith } = catalogWith();
    answerWith(answer);
    const [box] = await catalog.current();
    expect(box).toMatchObject({ status: "down", problem: expect.stringMatching(problem) });
  });

  it("tries OpenAI's list where LM Studio's native ones are not there", async () => {
    const { catalog, asked } = catalogWith({
      fetch: async (url) => {
        asked.push(url);
        return url.includes("/api/v")
          ? Response.json({ error: "Unexpected endpoint" })
          : Response.json({ data: [{ id: "n" }] });
      },
    });
    const [box] = await catalog.current();
    expect(box?.models).toEqual([{ id: "n", kind: undefined, isLoaded: undefined }]);
    expect(asked.map((url) => new URL(url).pathname)).toEqual([
      "/api/v1/models",
      "/api/v0/models",
      "/v1/models",
    ]);
  });
});

describe("pause", () => {
  it("ends with the time, or at once when the work is called off", async () => {
    const clock = createFakeClock();
    const runtime = createFakeRuntime(clock);
    let ended = 0;
    void pause(100, runtime, new AbortController().signal).then(() => ended++);
    await clock.advance(99);
    expect(ended).toBe(0);
    await clock.advance(1);
    expect(ended).toBe(1);
    const work = new AbortController();
    void pause(100, runtime, work.signal).then(() => ended++);
    work.abort();
    await settlePromises();
    expect(ended).toBe(2);
    await pause(100, runtime, AbortSignal.abort());
    expect(clock.pending).toBe(0);
  });
});
