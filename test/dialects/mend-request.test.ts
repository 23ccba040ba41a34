import { describe, expect, it } from "vitest";
import type { Mend } from "../../src/dialects/mend.ts";
import { mendRequest } from "../../src/dialects/mend-request.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import { mendFacts } from "../support/mend-facts.ts";

const facts = mendFacts({ model: "m", askedAt: 1 });

function mend(id: Mend["id"], parts: Partial<Mend>): Mend {
  return { id, title: "t", source: "s", kinds: ["lmstudio"], endpoints: ["chat"], ...parts };
}

/** What a watching mend was asked about. */
function watch(looksAt: readonly string[]) {
  const asked: unknown[] = [];
  const watcher = mend("text-parts", { looksAt, request: (body) => void asked.push(body) });
  return { watcher, asked };
}

const plainMessages = ["system", "user", "assistant"].map((role) => ({ role, content: role }));

/** Each with what some mend changes or refuses, were it not for `looksAt`. */
const fields = {
  messages: [
    { role: "developer", content: [{ type: "text", text: "a" }] },
    { role: "user", content: [{ type: "image_url", image_url: { url: "https://h/a.png" } }] },
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
    { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
    { role: "function", name: "f", content: { a: 1 } },
    { role: "tool", tool_call_id: "call_local_1", content: "a" },
  ],
  stop: [""],
  max_tokens: -1,
  max_completion_tokens: 5,
  tools: [{ type: "function", function: { name: "f", strict: true, parameters: { $schema: "s" } } }],
  tool_choice: { type: "function", function: { name: "f" } },
  functions: [{ name: "f" }],
  function_call: { name: "f" },
  response_format: { type: "json_object" },
  modalities: ["text"],
  user: "u",
  store: true,
};

describe("mendRequest", () => {
  const first = mend("null-fields", { request: (body) => ({ ...body, first: true }) });
  const second = mend("empty-stop", {
    request: async (body) => (body["first"] === true ? { ...body, second: true } : undefined),
  });
  const third = mend("tool-parameters", {
    looksAt: ["second"],
    request: (body) => ({ ...body, third: true }),
  });
  const idle = mend("json-object-format", { request: () => undefined });

  it("runs down the table, each on what the one before made, and tells which did", async () => {
    const body = { kept: 1 };
    expect(await mendRequest([idle, first, second, third], body, facts)).toEqual({
      body: { kept: 1, first: true, second: true, third: true },
      applied: ["null-fields", "empty-stop", "tool-parameters"],
    });
    expect(body).toEqual({ kept: 1 });
  });

  it("goes on after a mend that took its time and changed nothing", async () => {
    expect(await mendRequest([second, first], { kept: 1 }, facts)).toEqual({
      body: { kept: 1, first: true },
      applied: ["null-fields"],
    });
  });

  it("makes no promise where no mend needs one", () => {
    expect(mendRequest([idle, first], {}, facts)).toEqual({
      body: { first: true },
      applied: ["null-fields"],
    });
  });

  it("asks a mend only about requests with a field that it looks at", () => {
    const { watcher, asked } = watch(["stop", "tools"]);
    const bodies = [{ stop: "a" }, { temperature: 1 }, { tools: [] }, {}];
    for (const body of bodies) void mendRequest([watcher], body, facts);
    expect(asked).toEqual([{ stop: "a" }, { tools: [] }]);
  });

  it("asks one that looks at messages only where they are no plain texts", () => {
    const { watcher, asked } = watch(["messages"]);
    const parts = { messages: [{ role: "user", content: [] }] };
    for (const body of [{ messages: plainMessages }, parts]) void mendRequest([watcher], body, facts);
    expect(asked).toEqual([parts]);
  });

  it("asks all of more mends than a number has bits", () => {
    const { watcher, asked } = watch(["stop"]);
    void mendRequest([...Array.from({ length: 40 }, () => idle), watcher], { stop: "a" }, facts);
    expect(asked).toEqual([{ stop: "a" }]);
  });
});

describe("a mend that says what it looks at", () => {
  const looking = mends.flatMap(({ looksAt, ...one }) =>
    looksAt === undefined ? [] : [{ ...one, looksAt }],
  );

  it.each(looking.map((one) => [one.id, one] as const))("%s changes nothing without that", (_id, one) => {
    const others = Object.entries({ model: "m", ...fields }).filter(([name]) => !one.looksAt.includes(name));
    const messages = one.looksAt.includes("messages") ? plainMessages : fields.messages;
    expect(one.request?.({ ...Object.fromEntries(others), messages }, facts)).toBeUndefined();
  });

  it.each(looking.map((one) => [one.id, one] as const))("%s changes or refuses some of that", (_id, one) => {
    const own = Object.fromEntries(Object.entries(fields).filter(([name]) => one.looksAt.includes(name)));
    const bodies = [own, fields, { ...fields, tool_choice: "none" }];
    expect(bodies.some((body) => changesOrRefuses(one, { model: "m", ...body }))).toBe(true);
  });
});

function changesOrRefuses(one: Mend, body: Record<string, unknown>): boolean {
  try {
    return one.request?.(body, facts) !== undefined;
  } catch {
    return true;
  }
}
