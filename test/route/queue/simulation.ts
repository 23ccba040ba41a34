/** Backends and clients on a fake clock around a real scheduler: no timers, no sockets, the same result on each run. */
import { createHeap } from "../../../src/route/queue/heap.ts";
import { createScheduler } from "../../../src/route/queue/scheduler.ts";
import type { BackendPlaces, Decision, QueueOptions, Ticket } from "../../../src/route/queue/ticket.ts";

export interface Arrival extends Ticket {
  readonly at: number;
}

export interface Scene {
  readonly backends: readonly BackendPlaces[];
  readonly options?: Partial<QueueOptions>;
  readonly arrivals: readonly Arrival[];
  readonly serviceMs: (arrival: Arrival) => number;
  /** How long a one-model backend takes to load another model. */
  readonly loadMs?: number;
}

export interface Outcome {
  /** Milliseconds that each served ticket waited. */
  readonly waits: ReadonlyMap<string, number>;
  readonly full: readonly string[];
  readonly expired: readonly string[];
  /** How often a one-model backend loaded a model. */
  readonly switches: number;
  /** Switches while another request ran there: auto-evict would have ended it. */
  readonly evictions: number;
  readonly left: { readonly waiting: number; readonly running: number };
}

/** Random numbers in [0, 1) that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Ending {
  readonly at: number;
  readonly arrival: Arrival;
  readonly backend: string;
  readonly startedAt: number;
}

/** Runs until nothing is left to happen. */
export function simulate(scene: Scene): Outcome {
  const scheduler = createScheduler(scene.options);
  const endings = createHeap<Ending>((one, other) => one.at < other.at);
  const arrivals = new Map(scene.arrivals.map((arrival) => [arrival.id, arrival]));
  const oneModel = new Set(scene.backends.filter((b) => b.oneModelAtATime).map(({ name }) => name));
  const loaded = new Map<string, { model: string; readyAt: number }>();
  const running = new Map<string, number>();
  const waits = new Map<string, number>();
  const full: string[] = [];
  const expired: string[] = [];
  let switches = 0;
  let evictions = 0;

  function begin(id: string, backend: string, now: number): void {
    const arrival = arrivals.get(id);
    if (arrival === undefined) throw new Error(`Nobody asked for ${id}.`);
    waits.set(id, now - arrival.at);
    let startedAt = now;
    if (oneModel.has(backend) && arrival.model !== undefined) {
      let state = loaded.get(backend);
      if (state?.model !== arrival.model) {
        switches++;
        if ((running.get(backend) ?? 0) > 0) evictions++;
        state = { model: arrival.model, readyAt: now + (scene.loadMs ?? 0) };
        loaded.set(backend, state);
      }
      startedAt = Math.max(now, state.readyAt);
    }
    running.set(backend, (running.get(backend) ?? 0) + 1);
    endings.place({ at: startedAt + scene.serviceMs(arrival), arrival, backend, startedAt });
  }

  function follow(decisions: readonly Decision[], now: number): void {
    for (const decision of decisions) {
      if (decision.kind === "expired") expired.push(decision.id);
      else begin(decision.id, decision.backend, now);
    }
  }

  follow(scheduler.setBackends(scene.backends, 0), 0);
  const coming = [...scene.arrivals].sort((one, other) => one.at - other.at);
  for (let next = 0; ;) {
    const arrival = coming[next];
    const ending = endings.first();
    const times = [arrival?.at, ending?.at, scheduler.nextExpiry()].filter((time) => time !== undefined);
    if (times.length === 0) break;
    const now = Math.min(...times);
    if (ending?.at === now) {
      endings.remove(ending);
      running.set(ending.backend, (running.get(ending.backend) ?? 0) - 1);
      const serviceMs = ending.at - ending.startedAt;
      follow(scheduler.release(ending.arrival.id, { serviceMs }, now), now);
    } else if (arrival?.at === now) {
      next++;
      const { admission, decisions } = scheduler.enqueue(arrival, now);
      if (admission.kind === "granted") begin(arrival.id, admission.backend, now);
      if (admission.kind === "full") full.push(arrival.id);
      follow(decisions, now);
    } else follow(scheduler.expire(now), now);
  }
  return { waits, full, expired, switches, evictions, left: scheduler.depth() };
}

/** The middle one, or the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** An available backend of several models; what differs is given. */
export function places(name: string, given: Partial<BackendPlaces> = {}): BackendPlaces {
  return { name, limit: 1, isAvailable: true, oneModelAtATime: false, loadedModels: undefined, ...given };
}
