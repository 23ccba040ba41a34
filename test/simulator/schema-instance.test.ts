/** Instances of JSON schemas, and structured answers that are made of them. */
import { describe, expect, it } from "vitest";
import { createInstance } from "../../src/simulator/schema-instance.ts";
import { chat, json } from "./ask.ts";

const tree = {
  type: "object",
  properties: {
    value: { type: "integer" },
    next: { anyOf: [{ $ref: "#" }, { type: "null" }] },
    children: { type: "array", items: { $ref: "#" } },
  },
  required: ["value", "next", "children"],
};

const cases: readonly (readonly [string, unknown, unknown])[] = [
  ["a const", { const: 7 }, 7],
  ["the first value of an enum", { enum: ["b", "a"] }, "b"],
  ["the first type that is not null", { type: ["null", "boolean"] }, true],
  ["null where nothing else may be", { type: "null" }, null],
  ["an object by its properties", { properties: { a: { type: "boolean" } } }, { a: true }],
  ["as many items as are needed", { type: "array", items: { const: 1 }, minItems: 3 }, [1, 1, 1]],
  ["no more items than are allowed", { type: "array", items: { const: 1 }, maxItems: 0 }, []],
  ["items by their places", { type: "array", prefixItems: [{ const: 1 }, { const: "b" }] }, [1, "b"]],
  ["the first alternative that is not null", { oneOf: [{ type: "null" }, { const: 2 }] }, 2],
  [
    "all parts at once",
    {
      allOf: [
        { type: "object", properties: { a: { const: 1 } } },
        { $ref: "#/$defs/b", type: "object" },
      ],
      $defs: { b: { properties: { b: { const: 2 } } } },
    },
    { a: 1, b: 2 },
  ],
  ["what a reference points at", { $ref: "#/$defs/a~1b", $defs: { "a/b": { const: 5 } } }, 5],
  ["a number above its minimum", { type: "number", exclusiveMinimum: 4 }, 5],
  ["a number below its maximum", { type: "integer", maximum: 0 }, 0],
  ["a multiple", { type: "integer", multipleOf: 5, minimum: 7 }, 10],
  ["an address", { type: "string", format: "email" }, "simulated@example.com"],
  ["a string of the right length", { type: "string", minLength: 12 }, "simulated..."],
  ["a short string", { type: "string", maxLength: 3 }, "sim"],
];

describe("an instance of a schema", () => {
  for (const [name, schema, expected] of cases) {
    it(`is ${name}`, () => expect(createInstance(schema)).toEqual(expected));
  }

  it("of a recursive schema comes to an end", () => {
    expect(createInstance(tree)).toMatchObject({ value: 1, children: [{ value: 1 }] });
  });

  it("of a schema that branches for ever is made in no time", () => {
    const properties = { left: { $ref: "#" }, right: { $ref: "#" } };
    const made = createInstance({ type: "object", properties, required: ["left", "right"] });
    expect(made).toHaveProperty("left.left.left");
  });

  it("is bounded, whatever length is asked", () => {
    expect(createInstance({ type: "string", minLength: 1e12 })).toHaveLength(10_000);
    expect(createInstance({ type: "array", minItems: 1e12, maxItems: 1e13 })).toHaveLength(1_000);
  });

  it("of a schema that can have none is still an answer", () => {
    expect(createInstance({ $ref: "#" })).toBeNull();
  });
});

describe("a structured answer", () => {
  it("is the instance, as text", async () => {
    const schema = { type: "object", properties: { city: { type: "string" }, hot: { type: "boolean" } } };
    const response_format = { type: "json_schema", json_schema: { name: "weather", strict: true, schema } };
    const { choices } = await json(chat("Hi", { response_format }));
    expect(JSON.parse(choices[0].message.content)).toEqual({ city: "simulated", hot: true });
  });

  it("is plain text with response_format text", async () => {
    const { choices } = await json(chat("Hi", { response_format: { type: "text" } }));
    expect(choices[0].message.content).toMatch(/^This is a simulated answer/);
  });
});
