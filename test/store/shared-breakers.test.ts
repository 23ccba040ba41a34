/** Replicas that share a state learn from each other which box is ill: units by a fake clock, then whole apps. */
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { RequestEnd } from "../../src/route/pool.ts";
import { createSharedState, type ProxyState } from "../../src/state.ts";
import { createMemoryState } from "../../src/store/memory-state.ts";
import {
  createFakeClock,
  createFakeRuntime,
  type FakeClock,
  settlePromises,
} from "../support/fake-runtime.ts";
import { chatAnswer } from "../support/fake-upstream.ts";
import { type HeldBackState, holdBack } from "./held-back-state.ts";

const config: ConfigInput = {
  backends: {
    one: { url: "http://one.test", type: "vllm" },
    two: { url: "http://two.test", type: "vllm" },
    three: { url: "http://three.test", type: "vllm" },
  },
  routing: { policy: "round_robin" },
  health: { interval: 0 },
};
const plan = createPlan(parseConfig(config));
const [one] = plan.backends as [BackendPlan, ...BackendPlan[]];

let clock: FakeClock;
let link: HeldBackState;
beforeEach(() => {
  clock = createFakeClock();
  link = holdBack(createMemoryState(1_000_000, clock.now));
});

const limits = { timeoutMs: 250, leaseLifetimeMs: 15_000 };
const startReplica = (overrides = {}) => createSharedState(link, createFakeRuntime(clock, overrides), limits);

const admitsOne = ({ pool }: ProxyState) => pool.snapshot(plan)[0]?.breakerAdmits;
const look = async ({ breakers }: ProxyState) => breakers?.lookAround(plan.backends);
const writes = () => link.asked.filter((name) => name === "setRecord").length;

function send({ pool }: ProxyState, ...outcomes: RequestEnd["outcome"][]): void {
  for (const outcome of outcomes) pool.begin(one).end({ outcome });
}

/** What is written is there for others, and the next look is due. */
async function pass(milliseconds: number): Promise<void> {
  await settlePromises();
  await clock.advance(milliseconds);
}

describe("a breaker that opens", () => {
  it("keeps the other replicas off the box within a second, and one of them tries after the pause", async () => {
    const [first, second, third] = [startReplica(), startReplica(), startReplica()];
    send(first, "failure", "failure", "failure");
    await pass(1_000);
    await Promise.all([look(second), look(third)]);
    expect([admitsOne(second), admitsOne(third)]).toEqual([false, false]);
    await pass(2_000);
    expect(admitsOne(second)).toBe(true);
    const finish = second.pool.begin(one);
    await pass(0);
    await Promise.all([look(first), look(third)]);
    expect([admitsOne(first), admitsOne(third)]).toEqual([false, false]);
    finish.end({ outcome: "success" });
    await pass(1_000);
    await Promise.all([look(first), look(third)]);
    expect([first, second, third].map(admitsOne)).toEqual([true, true, true]);
  });

  it("tells of a failed trial's longer pause", async () => {
    const [first, second] = [startReplica(), startReplica()];
    send(first, "failure", "failure", "failure");
    await pass(1_000);
    await look(second);
    await pass(1_000);
    send(first, "failure");
    await pass(1_000);
    await look(second);
    await pass(2_000);
    expect(admitsOne(second)).toBe(false);
    await pass(2_000);
    expect(admitsOne(second)).toBe(true);
  });
});

describe("a box found silent", () => {
  it("is told when it is found, and when it answers again", async () => {
    const [first, second] = [startReplica(), startReplica()];
    first.pool.reportDown(one, "silent", clock.now());
    await pass(1_000);
    await look(second);
    expect(admitsOne(second)).toBe(false);
    expect(second.pool.snapshot(plan)[0]?.status).toBe("unknown");
    first.pool.reportModels(one, { models: [] }, clock.now());
    await pass(1_000);
    await look(second);
    expect(admitsOne(second)).toBe(true);
  });
});

describe("the cost", () => {
  it("is no write but for a change of phase", async () => {
    const [first, second] = [startReplica(), startReplica()];
    send(first, "success", "failure", "failure");
    await settlePromises();
    expect(writes()).toBe(0);
    send(first, "failure");
    first.pool.reportDown(one, "silent", clock.now());
    await pass(1_000);
    expect(writes()).toBe(1);
    await look(second);
    await look(first);
    expect(writes()).toBe(1);
  });

  it("is one look a second, of one record a backend", async () => {
    const replica = startReplica();
    for (let request = 0; request < 100; request++) {
      void look(replica);
      await pass(25);
    }
    expect(link.asked).toEqual(Array.from({ length: 9 }, () => "getRecord"));
  });

  it("is nothing where there is one backend", () => {
    expect(startReplica().breakers?.lookAround([one])).toBeUndefined();
    expect(link.asked).toEqual([]);
  });
});

describe("news that are none", () => {
  it("are taken in once, so that a box that answered here stays in use", async () => {
    const [first, second] = [startReplica(), startReplica()];
    send(first, "failure", "failure", "failure");
    link.setRecord = () => new Promise(() => {});
    await pass(1_000);
    await look(second);
    await pass(1_500);
    send(second, "success");
    expect(admitsOne(second)).toBe(true);
    await look(second);
    await pass(1_000);
    expect(admitsOne(second)).toBe(true);
  });

  it.each(["", "{", '{"replica":"x"}', '{"replica":"x","number":1,"news":{"phase":"odd"}}'])(
    "are not understood and passed over: %s",
    async (text) => {
      await link.setRecord("breaker:one", text, 60_000);
      const replica = startReplica();
      await look(replica);
      expect(admitsOne(replica)).toBe(true);
    },
  );

  it("are not waited for where what is shared is silent", async () => {
    const replica = startReplica();
    link.mode = "silent";
    const looked = look(replica);
    await pass(10_000);
    await looked;
    expect(replica.store.status().mode).toBe("local");
    send(replica, "failure", "failure", "failure");
    expect(admitsOne(replica)).toBe(false);
  });
});

interface TestReplica {
  ask(body?: object): Promise<Response>;
  /** Hosts that it sent chats to. */
  readonly sent: string[];
}

/** An app whose boxes answer, but for those that fail it. */
function startApp(input: ConfigInput, failing = new Set<string>()): TestReplica {
  const sent: string[] = [];
  const fetch = async (url: string): Promise<Response> => {
    const { hostname, pathname } = new URL(url);
    if (pathname.endsWith("/models")) return Response.json({ data: [{ id: "m" }, { id: "n" }] });
    sent.push(hostname);
    if (failing.has(hostname)) return Response.json({ error: { message: "broken" } }, { status: 500 });
    return Response.json(chatAnswer("Hello.", "m"));
  };
  const runtime = createFakeRuntime(clock, { fetch, random: () => 0.5 });
  const app = createApp(parseConfig(input), runtime, createSharedState(link, runtime, limits));
  return {
    sent,
    async ask(body = {}) {
      const answer = await app.request("http://proxy.test/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], ...body }),
      });
      await answer.text();
      return answer;
    },
  };
}

describe("two apps with one state", () => {
  it("spare the second the failures of the first", async () => {
    const first = startApp(config, new Set(["one.test"]));
    const second = startApp(config);
    // It knows the models, so that nothing but the other's news changes what it thinks of the box.
    await second.ask();
    await pass(1_000);
    for (let count = 0; count < 12; count++) expect((await first.ask()).status).toBe(200);
    expect(first.sent.filter((host) => host === "one.test")).toHaveLength(3);
    await pass(0);
    await second.ask();
    await settlePromises();
    second.sent.length = 0;
    for (let count = 0; count < 12; count++) await second.ask();
    expect(new Set(second.sent)).toEqual(new Set(["two.test", "three.test"]));
    await pass(3_000);
    for (let count = 0; count < 12; count++) await second.ask();
    expect(second.sent).toContain("one.test");
  });

  it("choose alike by a user and by a conversation's beginning", async () => {
    const split = {
      targets: [
        { model: "m", weight: 1 },
        { model: "n", weight: 1 },
      ],
      sticky: "user",
    };
    const input: ConfigInput = {
      ...config,
      routing: { policy: "prefix_affinity" },
      model_mapping: { trial: split },
    };
    const [first, second] = [startApp(input), startApp(input)];
    const targets: (string | null)[] = [];
    for (let user = 0; user < 20; user++) {
      const body = { model: "trial", user: `user-${user}` };
      const answers = [await first.ask(body), await second.ask(body)];
      const [mine, other] = answers.map(({ headers }) => headers.get("x-proxy-variant"));
      expect(other).toBe(mine);
      targets.push(mine ?? null);
    }
    expect(new Set(targets).size).toBe(2);
    first.sent.length = 0;
    second.sent.length = 0;
    for (const word of ["river", "stone", "cloud"]) {
      const body = { messages: [{ role: "user", content: `Tell me of a ${word}.` }] };
      await first.ask(body);
      await second.ask(body);
    }
    expect(second.sent).toEqual(first.sent);
    expect(new Set(first.sent).size).toBeGreaterThan(1);
  });
});
