/** Chooses the mends of a backend, and runs them over answers and streams, up the table: requests go down it, as through layers. Pure. */
import type { BackendPlan } from "../config/plan.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import type { Mend, MendFacts, MendStage, StreamMend } from "./mend.ts";
import type { Mended } from "./mend-request.ts";

/**
 * The mends that this request needs on this backend, less those that the operator switched off there. Requests that need
 * the same ones share one list, since each open answer holds its own.
 */
export function selectMends(table: readonly Mend[], backend: BackendPlan, facts: MendFacts): readonly Mend[] {
  const { mends, conditions, selections } = mendsFor(table, backend, facts.endpoint);
  let key = 0;
  for (const applies of conditions) key = key * 2 + (applies(facts) ? 1 : 0);
  const before = selections.get(key);
  if (before !== undefined) return before;
  const chosen = mends.filter((mend) => mend.applies?.(facts) ?? true);
  selections.set(key, chosen);
  return chosen;
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

interface MendsOfKind {
  readonly mends: readonly Mend[];
  /** Of the mends that not every request needs. */
  readonly conditions: readonly ((facts: MendFacts) => boolean)[];
  /** What requests have needed, by one bit for each condition: so few that all of them fit in memory. */
  readonly selections: Map<number, readonly Mend[]>;
}

type Chosen = Map<MendFacts["endpoint"], MendsOfKind>;

/** What a table has for a backend's requests of one kind does not change while the backend stays the same. */
const chosenBefore = new WeakMap<BackendPlan, WeakMap<readonly Mend[], Chosen>>();

function mendsFor(
  table: readonly Mend[],
  backend: BackendPlan,
  endpoint: MendFacts["endpoint"],
): MendsOfKind {
  const ofBackend = chosenBefore.get(backend) ?? new WeakMap<readonly Mend[], Chosen>();
  const ofTable: Chosen = ofBackend.get(table) ?? new Map();
  const before = ofTable.get(endpoint);
  if (before !== undefined) return before;
  const mends = table.filter(
    ({ id, kinds, endpoints }) =>
      kinds.includes(backend.type) && endpoints.includes(endpoint) && !backend.disabledMends.has(id),
  );
  const conditions = mends.flatMap(({ applies }) => applies ?? []);
  const made = { mends, conditions, selections: new Map<number, readonly Mend[]>() };
  ofTable.set(endpoint, made);
  ofBackend.set(table, ofTable);
  chosenBefore.set(backend, ofBackend);
  return made;
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
  const streaming = streamingOf(mends);
  return streaming.length === 0 ? undefined : new MendStages(streaming, facts, onApplied);
}

type StreamingMend = Mend & Required<Pick<Mend, "stream">>;

function hasStream(mend: Mend): mend is StreamingMend {
  return mend.stream !== undefined;
}

/** Those of a selection that have a stage in streams, in the order of the stages: the same for all answers. */
const streamingBefore = new WeakMap<readonly Mend[], readonly StreamingMend[]>();

function streamingOf(mends: readonly Mend[]): readonly StreamingMend[] {
  const before = streamingBefore.get(mends);
  if (before !== undefined) return before;
  const streaming = mends.filter(hasStream).toReversed();
  streamingBefore.set(mends, streaming);
  return streaming;
}

class MendStages implements StreamMend {
  readonly #mends: readonly StreamingMend[];
  /** One for each mend, in the same order. */
  readonly #stages: readonly MendStage[];
  readonly #facts: MendFacts;
  readonly #onApplied: (id: string) => void;

  constructor(mends: readonly StreamingMend[], facts: MendFacts, onApplied: (id: string) => void) {
    this.#mends = mends;
    this.#stages = mends.map((mend) => mend.stream(facts));
    this.#facts = facts;
    this.#onApplied = onApplied;
  }

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    return this.#runFrom(0, [chunk]);
  }

  passesText(): boolean {
    return this.#stages.every((stage) => stage.passesText?.() ?? true);
  }

  isUndecided(): boolean {
    return this.#stages.some((stage) => stage.isUndecided?.() ?? false);
  }

  end(): readonly JsonObject[] {
    return this.#stages.flatMap((stage, index) => {
      const held = stage.end?.(this.#facts) ?? [];
      if (held.length > 0) this.#tell(index);
      return this.#runFrom(index + 1, held) ?? held;
    });
  }

  /** Undefined where nothing had to be changed. */
  #runFrom(first: number, chunks: readonly JsonObject[]): readonly JsonObject[] | undefined {
    let current = chunks;
    let isChanged = false;
    for (let index = first; index < this.#stages.length; index++) {
      const stage = this.#stages[index];
      const changed = stage && runStage(stage, current, this.#facts);
      if (changed === undefined) continue;
      isChanged = true;
      this.#tell(index);
      current = changed;
    }
    return isChanged ? current : undefined;
  }

  #tell(index: number): void {
    const mend = this.#mends[index];
    if (mend !== undefined) this.#onApplied(mend.id);
  }
}

/** Undefined where nothing had to be changed. */
function runStage(
  stage: MendStage,
  chunks: readonly JsonObject[],
  facts: MendFacts,
): readonly JsonObject[] | undefined {
  const [only] = chunks;
  // Nearly always there is one.
  if (chunks.length === 1 && only !== undefined) return stage.chunk(only, facts);
  const results = chunks.map((chunk) => stage.chunk(chunk, facts));
  if (results.every((result) => result === undefined)) return undefined;
  return results.flatMap((result, index) => result ?? chunks.slice(index, index + 1));
}
