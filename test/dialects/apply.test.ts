import { describe, expect, it } from "vitest";
import { mendIds } from "../../src/config/mend-ids.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import { createStreamMend, mendAnswer, selectMends } from "../../src/dialects/apply.ts";
import type { Mend } from "../../src/dialects/mend.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import { mendFacts } from "../support/mend-facts.ts";

const facts = mendFacts({ model: "m", askedAt: 1 });
const backendOf = (config: object) =>
  createPlan(parseConfig({ backends: { box: { url: "http://h", ...config } } })).backends[0] as BackendPlan;

function mend(id: Mend["id"], parts: Partial<Mend>): Mend {
  return { id, title: "t", source: "s", kinds: ["lmstudio"], endpoints: ["chat"], ...parts };
}

const first = mend("null-fields", {
  answer: (body) => ({ ...body, order: [...(Array.isArray(body["order"]) ? body["order"] : []), 1] }),
});
const second = mend("empty-stop", {
  answer: (body) => ({ ...body, order: [...(Array.isArray(body["order"]) ? body["order"] : []), 2] }),
});
const idle = mend("json-object-format", { answer: () => undefined });

describe("selectMends", () => {
  const chosen = (table: readonly Mend[], config: object, given = facts) =>
    selectMends(table, backendOf(config), given).map(({ id }) => id);

  it("goes by kind, endpoint, need and the operator's word", () => {
    const table = [
      first,
      second,
      mend("developer-role", { kinds: ["vllm"] }),
      mend("tool-parameters", { applies: () => false }),
    ];
    expect(chosen(table, {})).toEqual(["null-fields", "empty-stop"]);
    expect(chosen(table, { disabled_mends: ["empty-stop"] })).toEqual(["null-fields"]);
    expect(chosen(table, { type: "vllm" })).toEqual(["developer-role"]);
    expect(chosen(table, { type: "openai" })).toEqual([]);
    expect(chosen(table, {}, { ...facts, endpoint: "embeddings" })).toEqual([]);
  });

  it("gives requests with the same needs one list, and each other need its own", () => {
    const needs = (word: string) => (given: typeof facts) => given.asked[word] === true;
    const table = [
      mend("developer-role", { applies: needs("a") }),
      first,
      mend("tool-parameters", { applies: needs("b") }),
    ];
    const backend = backendOf({});
    const chosenFor = (asked: object) => selectMends(table, backend, { ...facts, asked: { ...asked } });
    const all = [{}, { a: true }, { b: true }, { a: true, b: true }];
    expect(all.map((asked) => chosenFor(asked).map(({ id }) => id))).toEqual([
      ["null-fields"],
      ["developer-role", "null-fields"],
      ["null-fields", "tool-parameters"],
      ["developer-role", "null-fields", "tool-parameters"],
    ]);
    for (const asked of all) expect(chosenFor({ ...asked, other: 1 })).toBe(chosenFor(asked));
  });
});

describe("mendAnswer", () => {
  it("runs up the table, each on what the one before made, and tells which did", () => {
    const body = { kept: 1 };
    expect(mendAnswer([first, idle, second], body, facts)).toEqual({
      body: { kept: 1, order: [2, 1] },
      applied: ["empty-stop", "null-fields"],
    });
    expect(body).toEqual({ kept: 1 });
  });
});

describe("createStreamMend", () => {
  const doubling = mend("tool-parameters", {
    stream: () => ({ chunk: (chunk) => [chunk, { ...chunk, twin: true }] }),
  });
  const holding = mend("empty-stop", {
    stream: () => {
      const held: Record<string, unknown>[] = [];
      return { chunk: (chunk) => (held.push(chunk), []), end: () => held };
    },
  });
  const marking = mend("null-fields", { stream: () => ({ chunk: (chunk) => [{ ...chunk, marked: true }] }) });

  it("is undefined where nothing has a stream to mend", () => {
    expect(createStreamMend([first, idle], facts, () => {})).toBeUndefined();
  });

  it("runs what one puts out through the next, what was held back too", () => {
    const applied = new Set<string>();
    const stream = createStreamMend([marking, holding, doubling], facts, (id) => applied.add(id));
    expect(stream?.chunk({ a: 1 })).toEqual([]);
    expect(stream?.end?.()).toEqual([
      { a: 1, marked: true },
      { a: 1, twin: true, marked: true },
    ]);
    expect([...applied]).toEqual(["tool-parameters", "empty-stop", "null-fields"]);
  });

  it("says undefined where no mend changed a chunk", () => {
    const looking = mend("empty-stop", { stream: () => ({ chunk: () => undefined }) });
    expect(createStreamMend([looking], facts, () => {})?.chunk({ a: 1 })).toBeUndefined();
  });
});

describe("the table", () => {
  it("names each mend once, by a name that the configuration knows, and none for OpenAI itself", () => {
    const ids = mends.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !mendIds.includes(id))).toEqual([]);
    expect(mends.filter(({ kinds }) => kinds.includes("openai"))).toEqual([]);
  });
});
