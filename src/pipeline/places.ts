/** Places on backends for requests: which of them may take this one, and the wait where they are busy. Knows no wire. */
import type { Plan } from "../config/plan.ts";
import type { Exchange } from "../exchange.ts";
import type { Catalog } from "./catalog.ts";
import { placesOf } from "../route/places.ts";
import { bareModelName, type LocalModel } from "../protocol/openai/models.ts";
import { type BackendSnapshot, type Pool } from "../route/pool.ts";
import type { Rooms } from "../route/queue/rooms.ts";
import type { Ticket } from "../route/queue/ticket.ts";
import type { Place, WaitingRoom } from "../route/queue/waiting-room.ts";
import type { Runtime } from "../runtime.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface Places {
  /** A place on the first of these backends that has one; rejects with 429, 503, or because the client left. */
  take(candidates: readonly string[], wish: PlaceWish, signal: StopSignal): Promise<Place>;
  /** The same at once, where nobody waits and one is free; undefined, or left out, where `take` is to be asked. */
  takeNow?: ((candidates: readonly string[], wish: PlaceWish) => Place | undefined) | undefined;
  depth(): { readonly waiting: number; readonly running: number };
  /** How many places of a backend are taken, from the moment of the grant on. */
  running(backend: string): number;
}

export interface PlaceWish {
  readonly exchange: Exchange;
  readonly model: string | undefined;
}

/** The models of each backend of a plan, as it told them. */
type Told = readonly (readonly LocalModel[] | undefined)[];

/** A room may serve the requests of two apps for a while, of before and after a reload: each has backends of its own to tell. */
const lastTold = new WeakMap<WaitingRoom, Told>();

/**
 * The places of one app. Where requests may not wait for each other (workerd), each is let through at once: there the
 * backends' own queues are what there is.
 */
export function createPlaces(
  plan: Plan,
  { pool, rooms }: { readonly pool: Pool; readonly rooms: Rooms },
  catalog: Catalog,
  runtime: Runtime,
): Places {
  if (!runtime.sharesPromises) return openPlaces(runtime);
  const room = rooms.open(plan.queue);
  let lookedAt = -Infinity;

  let told: Told = [];
  const hasTurns = plan.backends.some(({ oneModelAtATime }) => oneModelAtATime);

  /** What the room knows stays true until a backend tells other models; where they push each other out, it matters when. */
  function tell(): void {
    const isKnown =
      lastTold.get(room) === told &&
      plan.backends.every((backend, at) => pool.modelsOf(backend) === told[at]);
    if (isKnown && !hasTurns) return;
    told = plan.backends.map((backend) => pool.modelsOf(backend));
    lastTold.set(room, told);
    tellPlaces(room, pool.snapshot(plan));
  }

  /** Requests wait for places, and a model that was loaded since then may have brought more of them. */
  function lookAgain(): void {
    const tellsPlaces = plan.backends.some(({ maxConcurrency }) => maxConcurrency === undefined);
    if (!tellsPlaces || runtime.now() - lookedAt < lookAgainMs) return;
    lookedAt = runtime.now();
    void catalog.refreshed().then(tell);
  }

  function ticketFor(candidates: readonly string[], { exchange, model }: PlaceWish): Ticket {
    const id = rooms.ticketId(exchange.id);
    const name = model === undefined ? undefined : bareModelName(model);
    return { id, key: callerOf(exchange), priority: exchange.priority, model: name, candidates };
  }

  return {
    takeNow(candidates, wish) {
      tell();
      return room.acquireNow(ticketFor(candidates, wish));
    },
    take(candidates, wish, signal) {
      tell();
      const { exchange } = wish;
      const ticket = ticketFor(candidates, wish);
      const place = room.acquire(ticket, signal);
      if (room.depth().waiting === 0) return place;
      lookAgain();
      exchange.waitingFor = () => describePosition(room.positionOf(ticket.id));
      return place.finally(() => {
        exchange.waitingFor = undefined;
      });
    },
    depth: () => room.depth(),
    running: (backend) => room.running(backend),
  };
}

/** Whose share a request takes; without keys, addresses tell clients apart. */
export const callerOf = ({ principal, clientAddress }: Exchange): string => principal ?? clientAddress ?? "";

const lookAgainMs = 10_000;

function describePosition(position: number | undefined): string | undefined {
  return position === undefined ? undefined : `waiting for a place, ${position - 1} before you`;
}

function tellPlaces(room: WaitingRoom, snapshots: readonly BackendSnapshot[]): void {
  room.setBackends(
    snapshots.map(({ backend, models }) => ({
      name: backend.name,
      limit: placesOf({ ...backend, models }),
      // A backend that is down was left out by the choice of candidates, unless it is the last resort.
      isAvailable: true,
      oneModelAtATime: backend.oneModelAtATime,
      loadedModels: models?.filter(({ isLoaded }) => isLoaded === true).map(({ id }) => bareModelName(id)),
    })),
  );
}

function openPlaces(runtime: Runtime): Places {
  let running = 0;
  return {
    async take([backend = ""]) {
      running++;
      const since = runtime.now();
      let isHeld = true;
      return {
        backend,
        waitedMs: runtime.now() - since,
        release() {
          if (isHeld) running--;
          isHeld = false;
        },
      };
    },
    depth: () => ({ waiting: 0, running }),
    running: () => 0,
  };
}
