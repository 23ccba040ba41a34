/** Runs the mends of a request, down the table, each on what the one before made of it. Pure. */
import type { JsonObject } from "../protocol/openai/fields.ts";
import { hasPlainMessages } from "../protocol/openai/plain-messages.ts";
import type { Mend, MendFacts } from "./mend.ts";

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
  return mendFrom(0, { body, applied: [] }, stepsOf(mends), facts);
}

function mendFrom(
  first: number,
  before: Mended,
  steps: RequestSteps,
  facts: MendFacts,
): Mended | Promise<Mended> {
  let { body, applied } = before;
  let needed = steps.neededBy(body);
  for (let place = first; place < steps.mends.length; place++) {
    const mend = steps.mends[place];
    if (mend === undefined || !isNeeded(place, needed)) continue;
    const next = mend.request(body, facts);
    if (next === undefined) continue;
    const ids = [...applied, mend.id];
    if (next instanceof Promise) {
      const unchanged = { body, applied };
      return next.then((late) =>
        mendFrom(place + 1, late === undefined ? unchanged : { body: late, applied: ids }, steps, facts),
      );
    }
    body = next;
    applied = ids;
    needed = steps.neededBy(body);
  }
  return { body, applied };
}

type RequestMend = Mend & Required<Pick<Mend, "request">>;

/** What stands behind the last bit of a mask is always asked. */
const mostBits = 31;

function isNeeded(place: number, needed: number): boolean {
  return place >= mostBits || (needed & (1 << place)) !== 0;
}

/** The mends of a selection that see requests, and which of them the fields of a request call for, one bit for each. */
class RequestSteps {
  readonly mends: readonly RequestMend[];
  readonly #always: number;
  readonly #byField: ReadonlyMap<string, number>;

  constructor(mends: readonly Mend[]) {
    this.mends = mends.filter((mend): mend is RequestMend => mend.request !== undefined);
    const byField = new Map<string, number>();
    let always = 0;
    for (const [place, { looksAt }] of this.mends.slice(0, mostBits).entries()) {
      const bit = 1 << place;
      if (looksAt === undefined) always |= bit;
      else for (const field of looksAt) byField.set(field, (byField.get(field) ?? 0) | bit);
    }
    this.#always = always;
    this.#byField = byField;
  }

  neededBy(body: JsonObject): number {
    let needed = this.#always;
    for (const field in body) {
      const bits = this.#byField.get(field);
      if (bits !== undefined && !(field === "messages" && hasPlainMessages(body))) needed |= bits;
    }
    return needed;
  }
}

const stepsBefore = new WeakMap<readonly Mend[], RequestSteps>();

function stepsOf(mends: readonly Mend[]): RequestSteps {
  const before = stepsBefore.get(mends);
  if (before !== undefined) return before;
  const steps = new RequestSteps(mends);
  stepsBefore.set(mends, steps);
  return steps;
}
