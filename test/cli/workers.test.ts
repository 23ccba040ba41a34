/** The parent's side with workers that the test plays: who is started when, and what one that died held. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Calls, createCalls } from "../../src/cli/calls.ts";
import { createWorkers, type Workers } from "../../src/cli/workers.ts";
import { createRemoteState } from "../../src/store/remote-state.ts";
import { recordingLog } from "../support/test-app.ts";

class PlayedWorker extends EventEmitter {
  readonly heard: string[] = [];
  readonly calls: Calls = createCalls(
    { send: (message) => void this.emit("message", message) },
    {
      drain: (signal) => this.hear(`drain ${signal}`),
      reload: () => this.hear("reload"),
      request: (text) => `answer to ${text}`,
    },
  );
  readonly state = createRemoteState(async (body) => new Response(await this.calls.call("state", body)));

  private hear(word: string): string {
    this.heard.push(word);
    return "";
  }
  send(message: object): boolean {
    this.calls.receive(message);
    return true;
  }
  kill(): boolean {
    this.end(null, "SIGKILL");
    return true;
  }
  end(code: number | null, signal: string | null = null): void {
    this.emit("exit", code, signal);
  }
}

let children: PlayedWorker[];
let workers: Workers;
let log: ReturnType<typeof recordingLog>;
beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  log = recordingLog();
  const startWorker = () => {
    const child = new PlayedWorker();
    children.push(child);
    return child;
  };
  workers = createWorkers({ shell: { startWorker }, port: 8080, count: 2, log });
});
afterEach(() => vi.useRealTimers());

const at = (index: number): PlayedWorker => {
  const child = children[index];
  if (child === undefined) throw new Error(`There is no worker ${index}.`);
  return child;
};

async function startBoth(): Promise<void> {
  const started = workers.start();
  for (const child of [at(0), at(1)]) await child.calls.call("listening");
  expect(await started).toBe(true);
}

const requestOf = (method: string, path: string) => JSON.stringify({ method, path, headers: [] });

describe("the workers", () => {
  it("learn their seat: all the port, one of them to keep models warm", async () => {
    void workers.start();
    const seats = await Promise.all([at(0), at(1)].map((child) => child.calls.call("seat")));
    expect(seats.map((text) => JSON.parse(text) as object)).toEqual([
      { port: 8080, keepsWarm: true, orders: [] },
      { port: 8080, keepsWarm: false, orders: [] },
    ]);
  });

  it("are none where one of them cannot start", async () => {
    const started = workers.start();
    await at(0).calls.call("listening");
    at(1).end(1);
    expect(await started).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(2);
  });

  it("share what one of them is told, and free what a dead one held", async () => {
    await startBoth();
    const lease = (holderId: string) => ({ name: "key", holderId, ttlMs: 15_000 });
    expect(await at(0).state.acquireLease(lease("a"), 2)).toBe(true);
    expect(await at(1).state.acquireLease(lease("b"), 2)).toBe(true);
    expect(await at(1).state.acquireLease(lease("c"), 2)).toBe(false);
    await at(0).state.takePoints("window", 3, 4, 60_000);
    at(0).end(null, "SIGKILL");
    await vi.advanceTimersByTimeAsync(0);
    expect(await at(1).state.acquireLease(lease("c"), 2)).toBe(true);
    expect(await at(1).state.acquireLease(lease("d"), 2)).toBe(false);
    expect(await at(1).state.takePoints("window", 2, 4, 60_000)).toMatchObject({ allowed: false });
  });

  it("come back after pauses that grow, and begin anew after a long life", async () => {
    await startBoth();
    for (const pauseMs of [100, 200, 400]) {
      const before = children.length;
      at(before === 2 ? 0 : before - 1).end(1);
      await vi.advanceTimersByTimeAsync(pauseMs - 1);
      expect(children).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(children).toHaveLength(before + 1);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    at(children.length - 1).end(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(children).toHaveLength(6);
    expect(log.events.map(({ fields }) => fields["again_after_ms"])).toEqual([100, 200, 400, 100]);
  });

  it("are asked for each other", async () => {
    await startBoth();
    const text = requestOf("GET", "/health");
    expect(JSON.parse(await at(0).calls.call("others", text))).toEqual([`answer to ${text}`]);
    at(1).end(1);
    expect(await at(0).calls.call("others", text)).toBe("[]");
  });

  it("learn what the operator said last of each box before they were started", async () => {
    await startBoth();
    const drain = (box: string, act: string) => requestOf("POST", `/admin/backends/${box}/${act}`);
    for (const order of [drain("a", "drain"), drain("b", "drain"), drain("a", "undrain")]) {
      await at(0).calls.call("others", order);
    }
    await at(0).calls.call("others", requestOf("GET", "/health"));
    at(0).end(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(JSON.parse(await at(2).calls.call("seat"))).toMatchObject({
      orders: [drain("a", "undrain"), drain("b", "drain")],
    });
  });

  it("drain together, and none comes back", async () => {
    await startBoth();
    workers.tellAll("reload");
    const stopped = workers.stop(1_000);
    for (const child of [at(0), at(1)]) {
      expect(child.heard).toEqual(["reload", "drain SIGTERM"]);
      child.end(0);
    }
    expect(await stopped).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(children).toHaveLength(2);
  });

  it("are cut where one does not end in time", async () => {
    await startBoth();
    const stopped = workers.stop(1_000);
    at(0).end(0);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await stopped).toBe(false);
  });
});
