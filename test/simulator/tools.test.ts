/** Tool calls: when they come, in what form, and what follows. */
import { describe, expect, it } from "vitest";
import { chat, json, post, readChunks } from "./ask.ts";

const weather = {
  type: "function",
  function: {
    name: "get_forecast",
    description: "Forecast for a city",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        unit: { type: "string", enum: ["celsius", "fahrenheit"] },
        days: { type: "integer", minimum: 1, maximum: 7 },
      },
      required: ["city"],
    },
  },
};
const clock = {
  type: "function",
  function: { name: "read_clock", description: "", parameters: { type: "object", properties: {} } },
};
const tools = [clock, weather];

describe("a tool call", () => {
  it("has a nine-digit id, JSON arguments and its own finish reason", async () => {
    const { choices } = await json(chat("Hello", { tools: [weather], tool_choice: "required" }));
    const [call] = choices[0].message.tool_calls;
    expect(call.id).toMatch(/^\d{9}$/);
    expect(call).toMatchObject({ type: "function", function: { name: "get_forecast" } });
    expect(JSON.parse(call.function.arguments)).toEqual({ city: "simulated", unit: "celsius", days: 1 });
    expect(choices[0].finish_reason).toBe("tool_calls");
    expect(choices[0].message.content).toBe("");
  });

  it("takes its arguments from the user's words where they fit", async () => {
    const text = "What is the weather in Paris for 3 days, in Fahrenheit?";
    const { choices } = await json(chat(text, { tools: [weather] }));
    const args = JSON.parse(choices[0].message.tool_calls[0].function.arguments);
    expect(args).toEqual({ city: "Paris", unit: "fahrenheit", days: 3 });
  });

  const spoken = [
    ["a tool's name", "please use get_forecast", "get_forecast"],
    ["a name in plain words", "read clock now", "read_clock"],
    ["a word of a description", "the forecast, please", "get_forecast"],
    ["the weather", "how is the weather?", "read_clock"],
    ["a tool", "use a tool", "read_clock"],
  ] as const;
  for (const [what, text, name] of spoken) {
    it(`comes when the user speaks of ${what}`, async () => {
      const { choices } = await json(chat(text, { tools, tool_choice: "auto" }));
      expect(choices[0].message.tool_calls[0].function.name).toBe(name);
    });
  }

  it("does not come unasked, nor with tool_choice none", async () => {
    const answers = [chat("Hello", { tools }), chat("the weather", { tools, tool_choice: "none" })];
    for (const { choices } of await Promise.all(answers.map((answer) => json(answer)))) {
      expect(choices[0].message.tool_calls).toEqual([]);
      expect(choices[0].finish_reason).toBe("stop");
    }
  });

  it("is followed by text that quotes the tool's result", async () => {
    const messages = [
      { role: "user", content: "the weather in Paris?" },
      { role: "assistant", content: "", tool_calls: [] },
      { role: "tool", tool_call_id: "123456789", content: "17 degrees" },
    ];
    const { choices } = await json(post("/v1/chat/completions", { messages, tools }));
    expect(choices[0].message.content).toContain("17 degrees");
    expect(choices[0].finish_reason).toBe("stop");
  });

  it("streams id, type and name once, then pieces of arguments", async () => {
    const chunks = await readChunks(chat("the weather in Paris?", { tools: [weather], stream: true }));
    const last = chunks.pop();
    const [first, ...rest] = chunks.map((chunk) => chunk.choices[0].delta.tool_calls[0]);
    expect(first).toMatchObject({
      index: 0,
      type: "function",
      function: { name: "get_forecast", arguments: "" },
    });
    expect(rest.length).toBeGreaterThan(1);
    for (const piece of rest) expect(Object.keys(piece)).toEqual(["index", "function"]);
    const args = rest.map((piece) => piece.function.arguments).join("");
    expect(JSON.parse(args).city).toBe("Paris");
    expect(last.choices[0]).toMatchObject({ delta: {}, finish_reason: "tool_calls" });
  });
});
