/** Runs the whole table of mends over one request, answer or stream, as a backend of a kind would get them. */
import { parseConfig } from "../../src/config/parse.ts";
import type { ModelOptions } from "../../src/config/model-options.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import type { BackendType } from "../../src/config/schema.ts";
import { createStreamMend, mendAnswer, selectMends } from "../../src/dialects/apply.ts";
import { mendRequest } from "../../src/dialects/mend-request.ts";
import type { MendFacts } from "../../src/dialects/mend.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import type { JsonObject } from "../../src/protocol/openai/fields.ts";
import { mendFacts } from "./mend-facts.ts";

export interface MendRun {
  readonly type?: BackendType;
  readonly endpoint?: MendFacts["endpoint"];
  readonly asked?: JsonObject;
  /** Only these mends; all by default. */
  readonly only?: readonly string[];
  readonly options?: Partial<ModelOptions>;
}

function prepare({ type = "lmstudio", endpoint = "chat", asked = {}, only, options }: MendRun) {
  const config = parseConfig({ backends: { box: { url: "http://h", type } } });
  const backend = createPlan(config).backends[0] as BackendPlan;
  const facts = mendFacts({ endpoint, asked, options });
  const table = only === undefined ? mends : mends.filter(({ id }) => only.includes(id));
  return { facts, chosen: selectMends(table, backend, facts) };
}

/** The request as the backend gets it, and the ids of the mends that changed something. */
export async function runRequest(asked: JsonObject, run: Omit<MendRun, "asked"> = {}) {
  const { facts, chosen } = prepare({ ...run, asked });
  return mendRequest(chosen, asked, facts);
}

export function runAnswer(answer: JsonObject, run: MendRun = {}) {
  const { facts, chosen } = prepare(run);
  return mendAnswer(chosen, answer, facts);
}

/** The chunks that the client gets for a whole stream, flushed at its end. */
export function runStream(chunks: readonly JsonObject[], run: MendRun = {}): readonly JsonObject[] {
  const { facts, chosen } = prepare({ ...run, asked: { stream: true, ...run.asked } });
  const stream = createStreamMend(chosen, facts, () => {});
  if (stream === undefined) return chunks;
  return [...chunks.flatMap((chunk) => stream.chunk(chunk) ?? [chunk]), ...(stream.end?.() ?? [])];
}
