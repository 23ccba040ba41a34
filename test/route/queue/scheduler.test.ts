/** The rules of the queue, each as a short story of what happens and who gets a place. */
import { describe, expect, it } from "vitest";
import { createScheduler, type Scheduler } from "../../../src/route/queue/scheduler.ts";
import type { BackendPlaces, Decision, QueueOptions, Ticket } from "../../../src/route/queue/ticket.ts";
import { places } from "./simulation.ts";

/** What happens; times are in milliseconds, and each event is at the last time that was told. */
type Event =
  | { readonly at: number }
  /** So late it is before the timer has rung. */
  | { readonly late: number }
  | (Partial<Ticket> & { readonly ask: string })
  | { readonly leave: string }
  | { readonly end: string; readonly ran?: number }
  | { readonly boxes: readonly BackendPlaces[] };

interface Story {
  readonly options?: Partial<QueueOptions>;
  readonly boxes: readonly BackendPlaces[];
  readonly events: readonly Event[];
  /** `1 on a`: granted; `1 expired`; `1 full`: in the order of what was decided. */
  readonly decided: readonly string[];
}

const box = places("a");
const wide = (limit: number) => places("a", { limit });
const single = (name: string, loaded?: string, limit = 1) =>
  places(name, { limit, oneModelAtATime: true, loadedModels: loaded === undefined ? undefined : [loaded] });
const ask = (id: string, given: Partial<Ticket> = {}): Event => ({ ask: id, ...given });
const both = { candidates: ["a", "b"] };

const tell = (decisions: readonly Decision[]) =>
  decisions.map((decision) =>
    decision.kind === "granted" ? `${decision.id} on ${decision.backend}` : `${decision.id} expired`,
  );

function happen(scheduler: Scheduler, event: Event, now: number): string[] {
  if ("at" in event) return tell(scheduler.expire(now));
  if ("late" in event) return [];
  if ("leave" in event) return tell(scheduler.cancel(event.leave, now));
  if ("end" in event) return tell(scheduler.release(event.end, { serviceMs: event.ran }, now));
  if ("boxes" in event) return tell(scheduler.setBackends(event.boxes, now));
  const { ask: id, ...given } = event;
  const ticket = { id, key: "", priority: 0, model: "m", candidates: ["a"], ...given };
  const { admission, decisions } = scheduler.enqueue(ticket, now);
  const own =
    admission.kind === "queued"
      ? []
      : [admission.kind === "full" ? `${id} full` : `${id} on ${admission.backend}`];
  return [...own, ...tell(decisions)];
}

function play({ options, boxes, events }: Story): string[] {
  const scheduler = createScheduler(options);
  let now = 0;
  const decided = tell(scheduler.setBackends(boxes, now));
  for (const event of events) {
    if ("at" in event) now = event.at;
    if ("late" in event) now = event.late;
    decided.push(...happen(scheduler, event, now));
  }
  return decided;
}

const rules: Record<string, Record<string, Story>> = {
  places: {
    "as many run as there are places": {
      boxes: [wide(2)],
      events: [ask("1"), ask("2"), ask("3"), { end: "1" }],
      decided: ["1 on a", "2 on a", "3 on a"],
    },
    "the first candidate with room serves": {
      boxes: [places("a"), places("b")],
      events: [
        ask("1", { candidates: ["b", "a"] }),
        ask("2", { candidates: ["b", "a"] }),
        ask("3", { candidates: ["b", "a"] }),
      ],
      decided: ["1 on b", "2 on a"],
    },
    "a backend without bounds takes all": {
      boxes: [wide(Number.POSITIVE_INFINITY)],
      events: [ask("1"), ask("2"), ask("3")],
      decided: ["1 on a", "2 on a", "3 on a"],
    },
    "who has no available candidate waits until one returns, the preferred of those that did": {
      boxes: [places("a", { isAvailable: false }), places("b", { isAvailable: false })],
      events: [
        ask("1", { candidates: ["b", "a"] }),
        ask("2", { candidates: ["nowhere"] }),
        { boxes: [places("a"), places("b")] },
      ],
      decided: ["1 on b"],
    },
    "a lower limit ends nothing, and gives nothing until it is kept": {
      boxes: [wide(2)],
      events: [ask("1"), ask("2"), ask("3"), { boxes: [wide(1)] }, { end: "1" }, { end: "2" }],
      decided: ["1 on a", "2 on a", "3 on a"],
    },
    "a drained backend takes nothing more, and the others go on": {
      boxes: [places("a"), places("b")],
      events: [
        ask("1", both),
        ask("2", both),
        ask("3", both),
        { boxes: [places("a", { isAvailable: false }), places("b")] },
        { end: "1" },
        { end: "2" },
      ],
      decided: ["1 on a", "2 on b", "3 on b"],
    },
    "a backend that left the list and came back still counts what runs on it": {
      boxes: [box],
      events: [ask("1"), { boxes: [] }, ask("2"), { boxes: [box] }, { end: "1" }],
      decided: ["1 on a", "2 on a"],
    },
  },
  "the bound": {
    "beyond it a ticket is refused": {
      options: { maxSize: 1 },
      boxes: [box],
      events: [ask("1"), ask("2"), ask("3"), { end: "1" }, ask("4"), ask("5")],
      decided: ["1 on a", "3 full", "2 on a", "5 full"],
    },
    "a key with nothing waiting still gets in, up to twice the bound": {
      options: { maxSize: 2 },
      boxes: [box],
      events: [
        ask("run"),
        ...["1", "2", "3"].map((id) => ask(id, { key: "flood" })),
        ask("ann", { key: "ann" }),
        ask("ann2", { key: "ann" }),
        ask("ben", { key: "ben" }),
        ask("cat", { key: "cat" }),
      ],
      decided: ["run on a", "3 full", "ann2 full", "cat full"],
    },
    "it holds for each set of candidates, whatever their order": {
      options: { maxSize: 1 },
      boxes: [places("a"), places("b")],
      events: [
        ask("1"),
        ask("2", { candidates: ["b"] }),
        ask("3"),
        ask("4", both),
        ask("5", { candidates: ["b", "a"] }),
      ],
      decided: ["1 on a", "2 on b", "5 full"],
    },
    "of nothing lets nobody wait": {
      options: { maxSize: 0 },
      boxes: [box],
      events: [ask("1"), ask("2"), { end: "1" }, ask("3")],
      decided: ["1 on a", "2 full", "3 on a"],
    },
  },
  shares: {
    "one key's tickets go in the order they came": {
      boxes: [box],
      events: [ask("1"), ask("2"), ask("3"), ask("4"), { end: "1" }, { end: "2" }, { end: "3" }],
      decided: ["1 on a", "2 on a", "3 on a", "4 on a"],
    },
    "keys take turns, however many tickets each has": {
      boxes: [box],
      events: [
        ask("0", { key: "flood" }),
        ...["1", "2", "3"].map((id) => ask(id, { key: "flood" })),
        ask("ann", { key: "ann" }),
        ask("ben", { key: "ben" }),
        { end: "0" },
        { end: "1" },
        { end: "ann" },
        { end: "ben" },
      ],
      decided: ["0 on a", "1 on a", "ann on a", "ben on a", "2 on a"],
    },
    "two models and two sets of candidates do not make two shares": {
      boxes: [box],
      events: [
        ask("0"),
        ask("1", { key: "flood", model: "x" }),
        ask("2", { key: "flood", model: "y", ...both }),
        ask("ann", { key: "ann" }),
        { end: "0" },
        { end: "1" },
      ],
      decided: ["0 on a", "1 on a", "ann on a"],
    },
    "a ticket that costs more makes its key wait longer": {
      boxes: [box],
      events: [
        ask("0"),
        ask("big", { key: "ann", cost: 3 }),
        ask("big2", { key: "ann", cost: 3 }),
        ...["1", "2", "3"].map((id) => ask(id, { key: "ben" })),
        ...["0", "big", "1", "2", "3"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "big on a", "1 on a", "2 on a", "3 on a", "big2 on a"],
    },
    "a key that comes back has saved up nothing": {
      boxes: [box],
      events: [
        ask("0"),
        ...["1", "2", "3", "4"].map((id) => ask(id, { key: "ann" })),
        ...["0", "1", "2"].map((end) => ({ end })),
        ...["5", "6"].map((id) => ask(id, { key: "ben" })),
        ...["3", "5"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "1 on a", "2 on a", "3 on a", "5 on a", "4 on a"],
    },
  },
  "the end of a key's tickets": {
    "does not let it catch up on what others were granted since": {
      boxes: [box],
      events: [
        ask("0"),
        ask("ann", { key: "ann" }),
        ...["1", "2", "3", "4", "5"].map((id) => ask(id, { key: "ben" })),
        ...["0", "ann", "1", "2"].map((end) => ({ end })),
        ...["ann2", "ann3"].map((id) => ask(id, { key: "ann" })),
        ...["3", "ann2"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "ann on a", "1 on a", "2 on a", "3 on a", "ann2 on a", "4 on a"],
    },
    "by leaving puts its next one where that came": {
      boxes: [box],
      events: [
        ask("0"),
        ask("ann", { key: "ann" }),
        ask("ben", { key: "ben" }),
        ask("ann2", { key: "ann" }),
        { leave: "ann" },
        { end: "0" },
        { end: "ben" },
      ],
      decided: ["0 on a", "ben on a", "ann2 on a"],
    },
  },
  priorities: {
    "the higher class goes first": {
      boxes: [box],
      events: [
        ask("0"),
        ask("low"),
        ask("high", { priority: 2 }),
        ask("mid", { priority: 1 }),
        ...["0", "high", "mid"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "high on a", "mid on a", "low on a"],
    },
    "a lower class gets the next place after so many that passed it over": {
      options: { priorityRun: 2 },
      boxes: [box],
      events: [
        ask("0"),
        ask("low"),
        ask("low2"),
        ...["1", "2", "3", "4", "5"].map((id) => ask(id, { priority: 1 })),
        ...["0", "1", "2", "low", "3", "4"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "1 on a", "2 on a", "low on a", "3 on a", "4 on a", "low2 on a"],
    },
  },
  "one model at a time": {
    "the loaded model goes first": {
      boxes: [single("a", "x")],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "y" }),
        ask("2", { model: "x" }),
        { end: "0" },
        { end: "2" },
      ],
      decided: ["0 on a", "2 on a", "1 on a"],
    },
    "so does the one that was granted last, where the box tells nothing": {
      boxes: [single("a")],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "y" }),
        ask("2", { model: "x" }),
        { end: "0" },
        { end: "2" },
      ],
      decided: ["0 on a", "2 on a", "1 on a"],
    },
    "a request without a model takes what is loaded": {
      boxes: [single("a", "x")],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "y" }),
        ask("2", { model: undefined }),
        { end: "0" },
        { end: "2" },
      ],
      decided: ["0 on a", "2 on a", "1 on a"],
    },
    "two loaded models both go on": {
      boxes: [places("a", { limit: 2, oneModelAtATime: true, loadedModels: ["x", "y"] })],
      events: [ask("0", { model: "x" }), ask("1", { model: "y" })],
      decided: ["0 on a", "1 on a"],
    },
    "another is loaded only when all requests have ended": {
      boxes: [single("a", "x", 2)],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "x" }),
        ask("2", { model: "y" }),
        { end: "0" },
        { end: "1" },
      ],
      decided: ["0 on a", "1 on a", "2 on a"],
    },
    "after the patience nothing of the loaded model starts, and the other is next": {
      options: { modelPatienceMs: 100 },
      boxes: [single("a", "x", 2)],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "x" }),
        ask("2", { model: "y" }),
        ask("3", { model: "x" }),
        { at: 99 },
        { end: "0" },
        ask("4", { model: "x" }),
        { at: 100 },
        { end: "1" },
        ask("5", { model: "x" }),
        { end: "3" },
      ],
      decided: ["0 on a", "1 on a", "3 on a", "2 on a"],
    },
    "a new turn has its own patience, which begins when the load is over": {
      options: { modelPatienceMs: 100 },
      boxes: [single("a", "x")],
      events: [
        ask("0", { model: "x" }),
        ...["1", "2", "3"].map((id) => ask(id, { model: "y" })),
        ask("4", { model: "x" }),
        { at: 200 },
        { end: "0" },
        { at: 900 },
        { end: "1" },
        { at: 999 },
        { end: "2" },
        { at: 1_000 },
        ask("5", { model: "y" }),
        { end: "3" },
      ],
      decided: ["0 on a", "1 on a", "2 on a", "3 on a", "4 on a"],
    },
    "the model that waits longest has the next turn": {
      options: { modelPatienceMs: 100 },
      boxes: [single("a", "x")],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "y" }),
        ask("2", { model: "z", priority: 9 }),
        { at: 150 },
        { end: "0" },
      ],
      decided: ["0 on a", "1 on a"],
    },
    "the shares of a turn begin anew": {
      boxes: [single("a", "x")],
      events: [
        ask("0", { model: "x" }),
        ...["f1", "f2", "f3", "f4"].map((id) => ask(id, { model: "y", key: "flood" })),
        ...["1", "2", "3"].map((id) => ask(id, { model: "x", key: "ann" })),
        ...["0", "1", "2"].map((end) => ({ end })),
        ask("ben", { model: "y", key: "ben" }),
        ...["3", "f1"].map((end) => ({ end })),
      ],
      decided: ["0 on a", "1 on a", "2 on a", "3 on a", "f1 on a", "ben on a"],
    },
    "who leaves while its turn is prepared lets the loaded model go on": {
      options: { modelPatienceMs: 100 },
      boxes: [single("a", "x", 2)],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "x" }),
        ask("2", { model: "y" }),
        ask("3", { model: "x" }),
        { at: 100 },
        { end: "0" },
        { leave: "2" },
      ],
      decided: ["0 on a", "1 on a", "3 on a"],
    },
    "a stale list of models does not undo a grant": {
      boxes: [single("a", "x", 2)],
      events: [ask("0", { model: "y" }), { boxes: [single("a", "x", 2)] }, ask("1", { model: "x" })],
      decided: ["0 on a"],
    },
  },
  "several boxes of one model each": {
    "the one that has the model is preferred to the first that is idle": {
      boxes: [single("a", "x"), single("b", "y")],
      events: [ask("0", { model: "y", ...both })],
      decided: ["0 on b"],
    },
    "who can expect a place there soon waits for it": {
      boxes: [single("a", "x"), single("b", "y")],
      events: [ask("0", { model: "y", ...both }), ask("1", { model: "y", ...both }), { end: "0" }],
      decided: ["0 on b", "1 on b"],
    },
    "an idle box loads it when the patience is over": {
      options: { modelPatienceMs: 6_000 },
      boxes: [single("a", "x"), single("b", "y")],
      events: [
        ask("0", { model: "y", ...both }),
        ask("1", { model: "y", ...both }),
        { at: 5_999 },
        { at: 6_000 },
      ],
      decided: ["0 on b", "1 on a"],
    },
    "who then waits goes before one that comes at that moment": {
      options: { modelPatienceMs: 6_000 },
      boxes: [single("a", "x"), single("b", "y")],
      events: [
        ask("0", { model: "y", ...both }),
        ask("1", { model: "y", ...both }),
        { late: 6_000 },
        ask("2", { model: "z" }),
      ],
      decided: ["0 on b", "1 on a"],
    },
    "an idle box loads it at once when the wait there would be longer than the patience": {
      options: { modelPatienceMs: 6_000, assumedServiceMs: 2_500 },
      boxes: [single("a", "x"), single("b", "y")],
      events: [
        ask("0", { model: "y", ...both }),
        ask("1", { model: "y", ...both }),
        ask("2", { model: "y", ...both }),
        ask("3", { model: "y", ...both }),
      ],
      decided: ["0 on b", "1 on a"],
    },
    "a busy box is not made to change while another has the model": {
      options: { modelPatienceMs: 100 },
      boxes: [single("a", "x"), single("b", "y")],
      events: [
        ask("0", { model: "x", ...both }),
        ask("1", { model: "y", ...both }),
        ask("2", { model: "x", ...both }),
        ask("3", { model: "y", ...both }),
        { at: 500 },
        { end: "0" },
        { end: "1" },
      ],
      decided: ["0 on a", "1 on b", "2 on a", "3 on b"],
    },
    "when the box that has it goes down, the idle one takes its tickets": {
      boxes: [single("a", "x"), single("b", "y")],
      events: [
        ask("0", { model: "y", ...both }),
        ask("1", { model: "y", ...both }),
        { boxes: [single("a", "x"), places("b", { isAvailable: false })] },
      ],
      decided: ["0 on b", "1 on a"],
    },
  },
  leaving: {
    "who left gets no place": {
      boxes: [box],
      events: [ask("1"), ask("2"), ask("3"), { leave: "2" }, { end: "1" }],
      decided: ["1 on a", "3 on a"],
    },
    "a cancel makes room in the queue": {
      options: { maxSize: 1 },
      boxes: [box],
      events: [ask("1"), ask("2"), { leave: "2" }, ask("3"), { end: "1" }],
      decided: ["1 on a", "3 on a"],
    },
    "who left costs its key nothing": {
      boxes: [box],
      events: [
        ask("0"),
        ...["1", "2", "3"].map((id) => ask(id, { key: "ann" })),
        ask("ben", { key: "ben" }),
        ...["1", "2"].map((leave) => ({ leave })),
        { end: "0" },
        { end: "3" },
      ],
      decided: ["0 on a", "3 on a", "ben on a"],
    },
    "the last ticket of the loaded model that leaves lets another model in": {
      boxes: [places("a", { limit: 1, isAvailable: true, oneModelAtATime: true, loadedModels: ["x"] })],
      events: [
        ask("0", { model: "x" }),
        ask("1", { model: "x" }),
        ask("2", { model: "y" }),
        { leave: "1" },
        { end: "0" },
      ],
      decided: ["0 on a", "2 on a"],
    },
    "ids that nobody knows, and a second end, change nothing": {
      boxes: [box],
      events: [
        ask("1"),
        ask("2"),
        { leave: "9" },
        { leave: "1" },
        { end: "9" },
        { end: "2" },
        { end: "1" },
        { end: "1" },
        ask("3"),
      ],
      decided: ["1 on a", "2 on a"],
    },
    "who waits too long expires, the others wait on": {
      options: { maxWaitMs: 100 },
      boxes: [box],
      events: [ask("1"), ask("2"), { at: 50 }, ask("3"), { at: 99 }, { at: 100 }, { end: "1" }, { at: 500 }],
      decided: ["1 on a", "2 expired", "3 on a"],
    },
  },
};

for (const [rule, stories] of Object.entries(rules)) {
  describe(`${rule}:`, () => {
    it.each(Object.entries(stories))("%s", (_name, story) => {
      expect(play(story)).toEqual(story.decided);
    });
  });
}
