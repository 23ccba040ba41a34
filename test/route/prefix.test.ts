import { describe, expect, it } from "vitest";
import { hashMessages, maxHashedLength } from "../../src/route/prefix.ts";
import { createPrefixTable } from "../../src/route/prefix-table.ts";

const system = { role: "system", content: "Be brief." };
const longSystem = { role: "system", content: "Be brief. ".repeat(5_000) };
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const hash = (...messages: readonly unknown[]) => hashMessages("m", messages);

describe("the prefixes of a conversation", () => {
  it("grow by one a message, the earlier ones unchanged", () => {
    const first = hash(system, user("a"));
    const second = hash(system, user("a"), assistant("b"), user("c"));
    expect(second.boundaries).toHaveLength(4);
    expect(second.boundaries.slice(0, 2)).toEqual(first.boundaries);
    expect(second.key).toBe(first.key);
  });

  const image = (url: string) => user([{ type: "image_url", image_url: { url } }]);
  const call = (name: string, args: string) => ({
    role: "assistant",
    content: null,
    tool_calls: [{ id: "1", type: "function", function: { name, arguments: args } }],
  });
  const different: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ["the text", [user("a")], [user("b")]],
    ["the role", [user("a")], [assistant("a")]],
    ["where a message ends", [user("a"), user("b")], [user("a\nb")]],
    ["the image", [image("data:1")], [image("data:2")]],
    ["the tool called", [call("f", "{}")], [call("g", "{}")]],
    ["what it was called with", [call("f", '{"a":1}')], [call("f", '{"a":2}')]],
    ["the end of a long text", [user(`${"x".repeat(9_000)}a`)], [user(`${"x".repeat(9_000)}b`)]],
    ["the length of a long text", [user("x".repeat(9_000))], [user("x".repeat(9_001))]],
    ["the question after a long common system prompt", [longSystem, user("a")], [longSystem, user("b")]],
  ];
  it.each(different)("differ by %s", (_, one, other) => {
    expect(hash(...one).key).not.toBe(hash(...other).key);
    expect(hash(...one).boundaries.at(-1)).not.toBe(hash(...other).boundaries.at(-1));
  });

  it("differ by the model", () => {
    expect(hashMessages("m", [user("a")])).not.toEqual(hashMessages("n", [user("a")]));
  });

  it("are the same for a string and its one text part", () => {
    expect(hash(user([{ type: "text", text: "a" }]))).toEqual(hash(user("a")));
  });

  it("stop at the bound, so that later turns keep the last one", () => {
    const turns = Array.from({ length: 400 }, (_, index) => user(`${index} ${"x".repeat(100)}`));
    const [long, longer] = [hash(...turns.slice(0, 300)), hash(...turns)];
    expect(long.boundaries.length).toBeLessThan(maxHashedLength / 100);
    expect(long.boundaries.length).toBeGreaterThan(50);
    expect(longer).toEqual(long);
  });

  it("stop at the bound for empty messages too", () => {
    expect(hash(...Array.from({ length: 100_000 }, () => ({}))).boundaries.length).toBeLessThanOrEqual(
      maxHashedLength,
    );
  });

  const strange: readonly unknown[] = [
    null,
    3,
    "text",
    [],
    {},
    { role: 1, content: {} },
    user([null, 3, []]),
  ];
  it.each(strange)("assume nothing of a message: %o", (message) => {
    expect(hash(message).boundaries).toHaveLength(1);
  });

  it("of no messages are none", () => {
    expect(hash().boundaries).toEqual([]);
  });
});

describe("the prefix table", () => {
  const first = hash(system, user("a"));
  const second = hash(system, user("a"), assistant("b"), user("c"));

  it("finds the box of the turn before", () => {
    const table = createPrefixTable();
    expect(table.hint(first)).toEqual({ key: first.key, warm: undefined });
    table.remember(first, "box-a");
    expect(table.hint(second).warm).toBe("box-a");
  });

  it("finds the box of the latest turn where the conversation moved", () => {
    const table = createPrefixTable();
    table.remember(first, "box-a");
    table.remember(second, "box-b");
    expect(table.hint(hash(system, user("a"), assistant("b"), user("c"), assistant("d"))).warm).toBe("box-b");
  });

  it("finds the box again for a turn that was edited", () => {
    const table = createPrefixTable();
    table.remember(first, "box-a");
    table.remember(second, "box-a");
    expect(table.hint(hash(system, user("a"), assistant("b"), user("another"))).warm).toBe("box-a");
  });

  it("does not take a common system prompt for a conversation", () => {
    const table = createPrefixTable();
    table.remember(first, "box-a");
    expect(table.hint(hash(system, user("else"))).warm).toBeUndefined();
  });

  it("forgets what was used longest ago", () => {
    const table = createPrefixTable(2);
    table.remember(first, "box-a");
    table.remember(hash(user("x")), "box-b");
    table.hint(first);
    table.remember(hash(user("y")), "box-b");
    expect([table.hint(first).warm, table.hint(hash(user("x"))).warm]).toEqual(["box-a", undefined]);
  });
});
