/** The Responses API of the newest `openai`: whole, streamed, parsed, with tools, and stored. */
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { expect } from "vitest";
import { z } from "zod";
import { cityParameters, question, type UsesOf } from "../subject.ts";

const report = z.object({ city: z.string(), degrees: z.number() });

const weather = {
  type: "function" as const,
  name: "get_weather",
  description: "The weather of a city",
  parameters: cityParameters,
  strict: true,
};

/** The order of a streamed text's events, repetitions left out. */
const textEvents = [
  "response.created",
  "response.in_progress",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.completed",
];

function callOf({
  output,
}: OpenAI.Responses.Response): OpenAI.Responses.ResponseFunctionToolCall | undefined {
  return output.find((item) => item.type === "function_call");
}

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const responseUses: UsesOf<OpenAI> = {
  async "a response"(client, { chatModel: model }) {
    const answer = await client.responses.create({ model, instructions: "Be brief.", input: question });
    expect(answer).toMatchObject({ object: "response", status: "completed", model, error: null });
    expect(answer.id).toMatch(/^resp_/);
    expect(answer.output_text).toContain("Paris");
    const usage = answer.usage;
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? Infinity));
    expect(usage?.output_tokens_details.reasoning_tokens).toBe(0);
  },
  async "a response that is cut at its limit"(client, { chatModel: model }) {
    const answer = await client.responses.create({ model, input: question, max_output_tokens: 16 });
    expect(answer).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
  },
  async "a streamed response with its events in order"(client, { chatModel: model }) {
    const whole = await client.responses.create({ model, input: question });
    const events = await Array.fromAsync(
      await client.responses.create({ model, input: question, stream: true }),
    );
    expect(events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual(
      textEvents,
    );
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
    const text = events
      .map((event) => (event.type === "response.output_text.delta" ? event.delta : ""))
      .join("");
    expect(text).toBe(whole.output_text);
    const last = events.at(-1);
    const final = last?.type === "response.completed" ? last.response : undefined;
    expect(final).toMatchObject({ model, status: "completed" });
    expect(final?.usage?.total_tokens).toBeGreaterThan(0);
  },
  async "a response's tool call, and its result"(client, { chatModel: model }) {
    const tools = [weather];
    const first = await client.responses.create({ model, input: question, tools });
    const call = callOf(first);
    expect(call).toMatchObject({ name: "get_weather", status: "completed" });
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ city: "Paris" });
    const second = await client.responses.create({
      model,
      tools,
      input: [
        { role: "user", content: question },
        ...first.output.flatMap((item) => (item.type === "function_call" ? [item] : [])),
        { type: "function_call_output", call_id: call?.call_id ?? "", output: "21 degrees" },
      ],
    });
    expect(second.output_text).toContain("21 degrees");
  },
  async "a response's tool, forced and streamed"(client, { chatModel: model }) {
    const stream = client.responses.stream({
      model,
      input: question,
      tools: [weather, { ...weather, name: "read_news", description: "Headlines of a city" }],
      tool_choice: { type: "function", name: "read_news" },
    });
    const events = await Array.fromAsync(stream);
    const pieces = events.filter(({ type }) => type === "response.function_call_arguments.delta");
    expect(pieces.length).toBeGreaterThan(0);
    const final = await stream.finalResponse();
    expect(callOf(final)?.name).toBe("read_news");
    expect(JSON.parse(callOf(final)?.arguments ?? "")).toHaveProperty("city");
  },
  async "structured output of a response, parsed"(client, { chatModel, reasoningModel }) {
    for (const model of [chatModel, reasoningModel]) {
      const text = { format: zodTextFormat(report, "report") };
      const answer = await client.responses.parse({ model, input: question, text });
      expect(report.safeParse(answer.output_parsed).success).toBe(true);
    }
  },
  async "thoughts that stand beside a response's text"(client, { reasoningModel: model }) {
    const answer = await client.responses.create({ model, input: question });
    expect(answer.output_text).toMatch(/^This is a simulated answer/);
    expect(answer.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
  },
  async "a model that nobody has, in a response"(client) {
    for (const stream of [false, true]) {
      const asked = client.responses.create({ model: "nobody", input: question, stream });
      await expect(asked).rejects.toThrow(OpenAI.NotFoundError);
      await expect(asked).rejects.toMatchObject({ code: "model_not_found" });
    }
  },
};

/** What OpenAI keeps of a response. */
export const storedUses: UsesOf<OpenAI> = {
  async "a response that goes on from an earlier one"(client, { chatModel: model }) {
    const first = await client.responses.create({ model, input: question });
    const alone = await client.responses.create({ model, input: "And in Rome?" });
    const second = await client.responses.create({
      model,
      input: "And in Rome?",
      previous_response_id: first.id,
    });
    expect(second).toMatchObject({ previous_response_id: first.id, status: "completed" });
    expect(second.output_text).toContain("Rome");
    expect(second.usage?.input_tokens).toBeGreaterThan(alone.usage?.input_tokens ?? Infinity);
  },
  async "a tool's result for an earlier response"(client, { chatModel: model }) {
    const tools = [weather];
    const first = await client.responses.create({ model, input: question, tools });
    const second = await client.responses.create({
      model,
      tools,
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: callOf(first)?.call_id ?? "", output: "21 degrees" }],
    });
    expect(second.output_text).toContain("21 degrees");
  },
  async "a stored response, read and deleted"(client, { chatModel: model }) {
    const made = await client.responses.create({ model, input: question });
    const read = await client.responses.retrieve(made.id);
    expect(read).toMatchObject({ id: made.id, object: "response", output: made.output });
    await client.responses.delete(made.id);
    await expect(client.responses.retrieve(made.id)).rejects.toThrow(OpenAI.NotFoundError);
  },
  async "a response that is not to be stored"(client, { chatModel: model }) {
    const made = await client.responses.create({ model, input: question, store: false });
    await expect(client.responses.retrieve(made.id)).rejects.toThrow(OpenAI.NotFoundError);
  },
};
