/** Runs the mends of a backend: over requests down the table, over answers and streams back up, like layers. Pure. */
import type { BackendPlan } from "../config/plan.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { Mend, MendFacts, StreamMend } from "./mend.ts";

/** The mends that this request needs on this backend, less those that the operator switched off there. */
export function selectMends(table: readonly Mend[], backend: BackendPlan, facts: MendFacts): readonly Mend[] {
  return mendsFor(table, backend, facts.endpoint).filter((mend) => mend.applies?.(facts) ?? true);
}

/** The mends of the table that any of these backends needs: where it is not decided yet which one will answer. */
export function selectMendsOfAny(
  table: readonly Mend[],
  backends: readonly BackendPlan[],
  facts: MendFacts,
): readonly Mend[] {
  const [first, ...others] = backends.map((backend) => selectMends(table, backend, facts));
  if (first === undefined || others.length === 0) return first ?? [];
  return table.filter((mend) => first.includes(mend) || others.some((needed) => needed.includes(mend)));
}

type Chosen = Map<MendFacts["endpoint"], readonly Mend[]>;

/** What a table has for a backend's requests of one kind does not change while the backend stays the same. */
const chosenBefore = new WeakMap<BackendPlan, WeakMap<readonly Mend[], Chosen>>();

function mendsFor(
  table: readonly Mend[],
  backend: BackendPlan,
  endpoint: MendFacts["endpoint"],
): readonly Mend[] {
  const ofBackend = chosenBefore.get(backend) ?? new WeakMap<readonly Mend[], Chosen>();
  const ofTable: Chosen = ofBackend.get(table) ?? new Map();
  const before = ofTable.get(endpoint);
  if (before !== undefined) return before;
  const mends = table.filter(
    ({ id, kinds, endpoints }) =>
      kinds.includes(backend.type) && endpoints.includes(endpoint) && !backend.disabledMends.has(id),
  );
  ofTable.set(endpoint, mends);
  ofBackend.set(table, ofTable);
  chosenBefore.set(backend, ofBackend);
  return mends;
}

export interface Mended {
  readonly body: JsonObject;
  /** The ids of the mends that changed something. */
  readonly applied: readonly string[];
}

/** A promise only where a mend needs one. */
export function mendRequest(
  mends: readonly Mend[],
  body: JsonObject,
  facts: MendFacts,
): Mended | Promise<Mended> {
  const applied: string[] = [];
  let current = body;
  for (let index = 0; index < mends.length; index++) {
    const mend = mends[index];
    const next = mend?.request?.(current, facts);
    if (mend === undefined || next === undefined) continue;
    if (next instanceof Promise) {
      return next.then((later) => mendFrom(index, { body: current, applied }, later, mends, facts));
    }
    current = next;
    applied.push(mend.id);
  }
  return { body: current, applied };
}

/** Goes on after a mend that took its time. */
async function mendFrom(
  place: number,
  before: Mended,
  next: JsonObject | undefined,
  mends: readonly Mend[],
  facts: MendFacts,
): Promise<Mended> {
  const ids = mends.slice(place, place + 1).map(({ id }) => id);
  const own = next === undefined ? [] : ids;
  const rest = await mendRequest(mends.slice(place + 1), next ?? before.body, facts);
  return { body: rest.body, applied: [...before.applied, ...own, ...rest.applied] };
}

export function mendAnswer(mends: readonly Mend[], body: JsonObject, facts: MendFacts): Mended {
  const applied: string[] = [];
  let current = body;
  for (let index = mends.length - 1; index >= 0; index--) {
    const mend = mends[index];
    const next = mend?.answer?.(current, facts);
    if (mend === undefined || next === undefined) continue;
    current = next;
    applied.push(mend.id);
  }
  return { body: current, applied };
}

/**
 * All stream mends as one: what one puts out is what the next one takes in. Undefined where none has a stream to mend.
 * `onApplied` hears the id of each that changes something, each time.
 */
export function createStreamMend(
  mends: readonly Mend[],
  facts: MendFacts,
  onApplied: (id: string) => void,
): StreamMend | undefined {
  const stages: Stage[] = [];
  for (const { id, stream } of mends.toReversed()) {
    if (stream !== undefined) stages.push({ id, mend: stream(facts) });
  }
  if (stages.length === 0) return undefined;

  function runFrom(first: number, chunks: readonly JsonObject[]): readonly JsonObject[] | undefined {
    let current = chunks;
    let isChanged = false;
    for (let index = first; index < stages.length; index++) {
      const stage = stages[index];
      const changed = stage && runStage(stage, current);
      if (stage === undefined || changed === undefined) continue;
      isChanged = true;
      onApplied(stage.id);
      current = changed;
    }
    return isChanged ? current : undefined;
  }

  return {
    chunk: (chunk) => runFrom(0, [chunk]),
    passesText: () => stages.every(({ mend }) => mend.passesText?.() ?? true),
    isUndecided: () => stages.some(({ mend }) => mend.isUndecided?.() ?? false),
    end: () =>
      stages.flatMap(({ id, mend }, index) => {
        const held = mend.end?.() ?? [];
        if (held.length > 0) onApplied(id);
        return runFrom(index + 1, held) ?? held;
      }),
  };
}

interface Stage {
  readonly id: string;
  readonly mend: StreamMend;
}

/** Undefined where nothing had to be changed. */
function runStage({ mend }: Stage, chunks: readonly JsonObject[]): readonly JsonObject[] | undefined {
  const [only] = chunks;
  // Nearly always there is one.
  if (chunks.length === 1 && only !== undefined) return mend.chunk(only);
  const results = chunks.map((chunk) => mend.chunk(chunk));
  if (results.every((result) => result === undefined)) return undefined;
  return results.flatMap((result, index) => result ?? chunks.slice(index, index + 1));
}
