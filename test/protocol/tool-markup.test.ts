/** What stands inside the markups of tool calls. */
import { describe, expect, it } from "vitest";
import { parseCalls, type KnownTools } from "../../src/protocol/tool-markup.ts";

const tools: KnownTools = new Map([["write", { properties: { code: { type: "string" } } }]]);

function argumentsIn(text: string): unknown {
  const calls = parseCalls(text, tools);
  return calls === undefined ? undefined : JSON.parse(calls[0]?.arguments ?? "");
}

describe("pairs of a key and a value", () => {
  it.each([
    ["write", {}],
    ["write<arg_key>a</arg_key><arg_value>1</arg_value>", { a: 1 }],
    ["write\n<arg_key> code </arg_key>\n<arg_value>\n1\n</arg_value>\n", { code: "1" }],
    ["write<arg_key>a</arg_key>x</arg_key> <arg_value></arg_value>", { "a</arg_key>x": "" }],
    ["write<arg_key>a</arg_key><arg_value><arg_key>b</arg_key></arg_value>", { a: "<arg_key>b</arg_key>" }],
    ["<function=write></function>", {}],
    [
      "<function=write>\n<parameter=a>\ntrue</parameter>\n<parameter=code>2</parameter>",
      { a: true, code: "2" },
    ],
    ["<function=write><parameter=a><parameter=b>1</parameter>", { a: "<parameter=b>1" }],
  ])("are read from %j", (text, given) => {
    expect(argumentsIn(text)).toEqual(given);
  });

  it.each([
    "write<arg_key>a</arg_key>",
    "write<arg_key>a</arg_key><arg_value>1",
    "write<arg_key>a</arg_key>x<arg_value>1</arg_value>",
    "write<arg_key>a</arg_key><arg_value>1</arg_value>x<arg_key>b</arg_key><arg_value>2</arg_value>",
    "write<arg_key>a</arg_key><arg_value>1</arg_value> x",
    "<function=write><parameter=a>1",
    "<function=write>x<parameter=a>1</parameter>",
    "<function=write><parameter=a b>1</parameter>",
  ])("are not read from %j", (text) => {
    expect(argumentsIn(text)).toBeUndefined();
  });

  // A search that begins again at each marker would not come to an end within a test's time.
  it.each([
    ["values", "write", "<arg_key>a</arg_key><arg_value>", 2000],
    ["keys", "write<arg_key>", "</arg_key>  ", 20_000],
    ["parameters", "<function=write>", "<parameter=a>", 200_000],
  ])("are given up at once where %s never end", (_what, start, unit, count) => {
    expect(argumentsIn(start + unit.repeat(count))).toBeUndefined();
  });

  it("are read in any number", () => {
    const text = Array.from({ length: 20_000 }, (_, at) => `<parameter=p${at}>${at}</parameter>`).join("\n");
    expect(Object.keys(Object(argumentsIn(`<function=write>${text}</function>`)))).toHaveLength(20_000);
  });
});
