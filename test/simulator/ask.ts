/** Asks a simulator and reads its answers, for the tests of this folder. */
import { createSimulator, type Simulator } from "../../src/simulator/simulator.ts";

type Json = Record<string, unknown>;

export interface Ask {
  readonly simulator?: Simulator;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** A POST with JSON, to a fresh simulator unless one is given. */
export function post(path: string, body: unknown, ask: Ask = {}): Promise<Response> {
  const { simulator = createSimulator(), headers = {}, signal } = ask;
  return simulator.fetch(
    new Request(`http://simulator${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}

export function get(path: string, ask: Ask = {}): Promise<Response> {
  const { simulator = createSimulator(), headers = {} } = ask;
  return simulator.fetch(new Request(`http://simulator${path}`, { headers }));
}

/** A chat completion with one user message, or with what `body` says instead. */
export function chat(text: string, body: Json = {}, ask: Ask = {}): Promise<Response> {
  return post("/v1/chat/completions", { messages: [{ role: "user", content: text }], ...body }, ask);
}

// Answers are read as their consumers do, without checks in between; a test's expectation is the check.
// oxlint-disable-next-line typescript/no-explicit-any
export async function json(answer: Promise<Response> | Response): Promise<any> {
  return (await answer).json();
}

export interface ReadEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** The events of a whole stream. */
export async function readEvents(answer: Promise<Response> | Response): Promise<ReadEvent[]> {
  const text = await (await answer).text();
  return text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => ({
      event: /^event: (.*)$/m.exec(frame)?.[1],
      data: /^data: (.*)$/m.exec(frame)?.[1] ?? "",
    }));
}

/** The JSON of every event but `[DONE]`. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function readChunks(answer: Promise<Response> | Response): Promise<any[]> {
  const events = await readEvents(answer);
  return events.filter(({ data }) => data !== "[DONE]").map(({ data }) => JSON.parse(data));
}

export interface ManualClock {
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  readonly now: () => number;
  /** Timers that are set and have neither rung nor been called off. */
  pending(): number;
  /** Moves time on, then lets promises settle. */
  advance(byMs: number): Promise<void>;
}

/** A clock that a test moves by hand. */
export function createManualClock(): ManualClock {
  let time = 1_000_000;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  return {
    now: () => time,
    setTimer(callback, delayMs) {
      const timer = { due: time + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pending: () => timers.size,
    async advance(byMs) {
      await settle();
      time += byMs;
      for (const timer of timers) {
        if (timer.due > time) continue;
        timers.delete(timer);
        timer.callback();
      }
      await settle();
    },
  };
}

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
