/** What a simulated backend answers, through the proxy, is what OpenAI's schema allows. */
import { describe, expect, it } from "vitest";
import { createSimulator, type Manners, manners, type Simulator } from "../../src/simulator/simulator.ts";
import { portableFetchInit, type Runtime } from "../../src/runtime.ts";
import { createFakeClock, type FakeClock } from "../support/fake-runtime.ts";
import { createTestApp } from "../support/test-app.ts";
import { type Answer, exchange } from "./ask.ts";
import { asks, errorAsks, faultAsks, responseAsks } from "./asks.ts";
import type { Ask } from "./model-asks.ts";
import { findDeviations } from "./deviations.ts";

const config = {
  model_mapping: {
    "gpt-4o": "simulated/qwen3-8b",
    "o3-mini": "simulated/deepseek-r1-8b",
    "text-embedding-3-small": "text-embedding-simulated-nomic",
  },
  request: { max_retries: 0 },
};

function proxyOf(simulator: Simulator, type: Manners, overrides: Partial<Runtime> = {}): Answer {
  const fetch: Runtime["fetch"] = (url, init) => simulator.fetch(new Request(url, portableFetchInit(init)));
  const backends = { box: { url: "http://box.test", type } };
  return createTestApp({ ...config, backends }, { fetch, ...overrides }).request;
}

async function deviationsOf(ask: Ask, answer: Answer): Promise<readonly string[]> {
  const found = findDeviations(await exchange(ask, answer));
  return found.map((line) => line.replace(/^[^:]+: /, "").replace(/^frame \d+/, "frame n"));
}

describe.each(manners)("a backend of the kind %s", (kind) => {
  const proxy = proxyOf(createSimulator({ manners: kind }), kind);

  it.for([...asks, ...responseAsks])("gives what OpenAI's schema allows: %s", async (ask) => {
    expect(await deviationsOf(ask, proxy)).toEqual([]);
  });
});

it.for([...errorAsks, ...faultAsks])("comes with an error where there is one: %s", async (ask) => {
  const { status, answer } = await exchange(ask, proxyOf(createSimulator(), "lmstudio"));
  expect(status >= 400 || answer.includes('{"error":')).toBe(true);
});

const chatBody = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };
const silent: readonly Ask[] = ["hang", "hang-body"].flatMap((fault): readonly Ask[] => {
  const headers = { "x-simulator-fault": fault };
  return [
    [`chat with ${fault}`, "/v1/chat/completions", chatBody, headers],
    [`chat stream with ${fault}`, "/v1/chat/completions", { ...chatBody, stream: true }, headers],
    [
      `completion stream with ${fault}`,
      "/v1/completions",
      { model: "gpt-4o", prompt: "Hello", stream: true },
      headers,
    ],
    [
      `embeddings with ${fault}`,
      "/v1/embeddings",
      { model: "text-embedding-3-small", input: "Hello" },
      headers,
    ],
    [
      `response stream with ${fault}`,
      "/v1/responses",
      { model: "gpt-4o", input: "Hello", stream: true },
      headers,
    ],
  ];
});

describe("a backend that falls silent", () => {
  it.for(silent)("is told of as OpenAI tells of errors: %s", async (ask) => {
    const clock = createFakeClock();
    const { now, setTimer } = clock;
    const proxy = proxyOf(createSimulator(), "lmstudio", { now, setTimer });
    const exchanged = await passTime(clock, exchange(ask, proxy));
    expect(exchanged.answer).toContain('"error"');
    expect(findDeviations(exchanged)).toEqual([]);
  });
});

/** Moves the clock until the promise settles. */
async function passTime<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  const state = { isSettled: false };
  const settle = () => void (state.isSettled = true);
  promise.then(settle, settle);
  for (let turn = 0; turn < 1_000 && !state.isSettled; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
  }
  return promise;
}
