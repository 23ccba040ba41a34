/** Whatever comes in whatever order: no place twice, no ticket lost, no free place while a ticket could have it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createScheduler } from "../../../src/route/queue/scheduler.ts";
import type { BackendPlaces, Decision, Ticket } from "../../../src/route/queue/ticket.ts";

const names = ["a", "b", "c"];
const maxWaitMs = 50;
const modelPatienceMs = 20;

type Operation =
  | { readonly do: "enqueue"; readonly ticket: Omit<Ticket, "id"> }
  | { readonly do: "cancel" | "release"; readonly nth: number }
  | { readonly do: "expire" }
  | { readonly do: "setBackends"; readonly backends: readonly BackendPlaces[] };

const someModel = fc.constantFrom("x", "y", "z", undefined);
const enqueue: fc.Arbitrary<Operation> = fc.record({
  do: fc.constant("enqueue" as const),
  ticket: fc.record({
    key: fc.constantFrom("ann", "ben", ""),
    priority: fc.constantFrom(0, 1, 5),
    model: someModel,
    candidates: fc.shuffledSubarray(names, { minLength: 1 }),
  }),
});
const told = fc.option(fc.subarray(["x", "y", "z"]), { nil: undefined });
const backendsWith = (
  oneModelAtATime: fc.Arbitrary<boolean>,
  loadedModels: fc.Arbitrary<string[] | undefined>,
) =>
  fc.tuple(
    ...names.map((name) =>
      fc.record({
        name: fc.constant(name),
        limit: fc.constantFrom(0, 1, 2, 3, Number.POSITIVE_INFINITY),
        isAvailable: fc.boolean(),
        oneModelAtATime,
        loadedModels,
      }),
    ),
  );

function operations(oneModelAtATime: fc.Arbitrary<boolean>, loadedModels = told) {
  const nth = fc.nat(40);
  const setBackends: fc.Arbitrary<Operation> = fc.record({
    do: fc.constant("setBackends" as const),
    // A backend may also be missing from the list.
    backends: backendsWith(oneModelAtATime, loadedModels).chain((all) => fc.subarray(all)),
  });
  const step = fc.oneof(
    { arbitrary: enqueue, weight: 8 },
    { arbitrary: fc.record({ do: fc.constant("cancel" as const), nth }), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant("release" as const), nth }), weight: 5 },
    { arbitrary: fc.record({ do: fc.constant("expire" as const) }), weight: 1 },
    { arbitrary: setBackends, weight: 1 },
  );
  return fc.tuple(
    backendsWith(oneModelAtATime, loadedModels),
    fc.array(fc.tuple(fc.nat(8), step), { minLength: 1, maxLength: 80 }),
  );
}

type State = "waiting" | "running" | "released" | "cancelled" | "expired" | "full";

/** Keeps its own books of every ticket beside those of the scheduler. */
function createBooks() {
  const scheduler = createScheduler({ maxSize: 12, maxWaitMs, modelPatienceMs });
  const tickets: Ticket[] = [];
  const states = new Map<string, State>();
  const since = new Map<string, number>();
  const backendOf = new Map<string, string>();
  let backends = new Map<string, BackendPlaces>();
  const inState = (state: State) => tickets.filter(({ id }) => states.get(id) === state);
  const runningOn = (name: string) => inState("running").filter(({ id }) => backendOf.get(id) === name);

  function grant(id: string, backend: string): void {
    expect(states.get(id), `${id} was granted`).toBe("waiting");
    expect(tickets.find((ticket) => ticket.id === id)?.candidates).toContain(backend);
    states.set(id, "running");
    backendOf.set(id, backend);
    const places = backends.get(backend);
    expect(places?.isAvailable).toBe(true);
    expect(runningOn(backend).length).toBeLessThanOrEqual(places?.limit ?? 0);
  }

  function follow(decisions: readonly Decision[], now: number): void {
    for (const decision of decisions) {
      if (decision.kind === "granted") grant(decision.id, decision.backend);
      else {
        expect(states.get(decision.id)).toBe("waiting");
        expect(now - (since.get(decision.id) ?? now)).toBeGreaterThanOrEqual(maxWaitMs);
        states.set(decision.id, "expired");
      }
    }
  }

  function apply(operation: Operation, now: number): void {
    if (operation.do === "enqueue") {
      const ticket = { ...operation.ticket, id: `t${tickets.length}` };
      tickets.push(ticket);
      since.set(ticket.id, now);
      states.set(ticket.id, "waiting");
      const { admission, decisions } = scheduler.enqueue(ticket, now);
      follow(decisions, now);
      if (admission.kind === "granted") grant(ticket.id, admission.backend);
      if (admission.kind === "full") states.set(ticket.id, "full");
      else if (admission.kind === "queued") expect(admission.position).toBeGreaterThan(0);
    } else if (operation.do === "cancel") {
      const ticket = tickets[operation.nth];
      if (ticket !== undefined && states.get(ticket.id) === "waiting") states.set(ticket.id, "cancelled");
      follow(scheduler.cancel(ticket?.id ?? "nobody", now), now);
    } else if (operation.do === "release") {
      const running = inState("running");
      const ticket = running[operation.nth % Math.max(1, running.length)];
      if (ticket !== undefined) states.set(ticket.id, "released");
      const id = ticket?.id ?? tickets[operation.nth]?.id ?? "nobody";
      follow(scheduler.release(id, { serviceMs: 3 }, now), now);
    } else if (operation.do === "setBackends") {
      backends = new Map(operation.backends.map((places) => [places.name, places]));
      follow(scheduler.setBackends(operation.backends, now), now);
    } else follow(scheduler.expire(now), now);
  }

  return { scheduler, apply, inState, runningOn, states, since, backends: () => backends };
}

type Books = ReturnType<typeof createBooks>;

function checkCounts({ scheduler, inState, runningOn, backends }: Books): void {
  const waiting = inState("waiting");
  expect(scheduler.depth()).toEqual({ waiting: waiting.length, running: inState("running").length });
  for (const name of backends().keys()) expect(scheduler.running(name)).toBe(runningOn(name).length);
  for (const { id } of waiting) expect(scheduler.positionOf(id)).toBeLessThanOrEqual(waiting.length);
}

/** A free place of a box that may not take a ticket is explained by its other models only. */
function checkNothingIdle({ inState, runningOn, backends, since }: Books, now: number): void {
  for (const [name, places] of backends()) {
    if (!places.isAvailable || runningOn(name).length >= places.limit) continue;
    const suited = inState("waiting").filter(({ candidates }) => candidates.includes(name));
    if (!places.oneModelAtATime) expect(suited, `${name} has room`).toEqual([]);
    // A box with nothing to do waits for another that has the model, but not longer than the patience.
    else if (runningOn(name).length === 0) {
      for (const { id } of suited) expect(now - (since.get(id) ?? now)).toBeLessThan(modelPatienceMs);
    }
  }
}

/** Of boxes that tell nothing of their models: a second model would have ended the requests of the first. */
function checkOneModelEach({ backends, runningOn }: Books): void {
  for (const name of backends().keys()) {
    const models = new Set(runningOn(name).flatMap(({ model }) => model ?? []));
    expect(models.size, `models on ${name}`).toBeLessThanOrEqual(1);
  }
}

function run(
  initial: readonly BackendPlaces[],
  steps: readonly (readonly [number, Operation])[],
  check: (books: Books) => void = () => {},
): void {
  const books = createBooks();
  let now = 1_000;
  books.apply({ do: "setBackends", backends: initial }, now);
  for (const [elapsed, operation] of steps) {
    now += elapsed;
    books.apply(operation, now);
    // The shell's timer: nothing that is due stays undone.
    for (let rounds = 0; (books.scheduler.nextExpiry() ?? now + 1) <= now; rounds++) {
      expect(rounds).toBeLessThan(3);
      books.apply({ do: "expire" }, now);
    }
    checkCounts(books);
    checkNothingIdle(books, now);
    check(books);
  }
  // What is still open ends: places for all, and a release for each.
  const all = ["a", "b", "c"].map((name) => ({
    name,
    limit: 2,
    isAvailable: true,
    oneModelAtATime: false,
    loadedModels: undefined,
  }));
  books.apply({ do: "setBackends", backends: all }, now);
  while (books.inState("running").length > 0) books.apply({ do: "release", nth: 0 }, now);
  expect(books.scheduler.depth()).toEqual({ waiting: 0, running: 0 });
  expect(books.scheduler.nextExpiry()).toBeUndefined();
  const ends = new Set(["released", "cancelled", "expired", "full"]);
  for (const [id, state] of books.states) expect(ends.has(state), `${id} is ${state}`).toBe(true);
}

describe("the scheduler, over random events", () => {
  it("gives each free place to a ticket that suits it, once, and loses none", () => {
    fc.assert(
      fc.property(operations(fc.constant(false)), ([initial, steps]) => run(initial, steps)),
      { numRuns: 300 },
    );
  });

  it("does so where some boxes hold one model at a time", () => {
    fc.assert(
      fc.property(operations(fc.boolean()), ([initial, steps]) => run(initial, steps)),
      { numRuns: 300 },
    );
  });

  it("never runs two models on a box that holds one", () => {
    fc.assert(
      fc.property(operations(fc.constant(true), fc.constant(undefined)), ([initial, steps]) =>
        run(initial, steps, checkOneModelEach),
      ),
      { numRuns: 300 },
    );
  });
});
