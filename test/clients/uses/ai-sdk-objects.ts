/** Structured output by the AI SDK, parsed by it, with any provider package. */
import { generateObject, generateText, Output, streamText } from "ai";
import { expect } from "vitest";
import { z } from "zod";
import { type ModelUse, once, prompt } from "./ai-sdk-models.ts";

const place = z.object({ city: z.string(), days: z.number() });

/** Objects as the SDK gives them. */
export const objectUses: Readonly<Record<string, ModelUse>> = {
  async "an object by a schema"({ chat }) {
    const { output } = await generateText({
      model: chat,
      prompt,
      output: Output.object({ schema: place }),
      ...once,
    });
    expect(output).toEqual({ city: expect.any(String), days: expect.any(Number) });
  },
  async "an object by a schema, of a reasoning model"({ reasoning }) {
    const { output } = await generateText({
      model: reasoning,
      prompt,
      output: Output.object({ schema: place }),
      ...once,
    });
    expect(output).toEqual({ city: expect.any(String), days: expect.any(Number) });
  },
  async "an object by a schema, streamed"({ chat }) {
    const streamed = streamText({ model: chat, prompt, output: Output.object({ schema: place }), ...once });
    const partial = await Array.fromAsync(streamed.partialOutputStream);
    expect(partial.at(-1)).toEqual({ city: expect.any(String), days: expect.any(Number) });
    expect(await streamed.output).toEqual(partial.at(-1));
  },
  async "an object by a schema, streamed by a reasoning model"({ reasoning }) {
    const streamed = streamText({
      model: reasoning,
      prompt,
      output: Output.object({ schema: place }),
      ...once,
    });
    await streamed.consumeStream();
    expect(await streamed.output).toEqual({ city: expect.any(String), days: expect.any(Number) });
  },
  async "a choice among words"({ chat }) {
    const options = ["sunny", "rainy"];
    const { output } = await generateText({
      model: chat,
      prompt,
      output: Output.choice({ options }),
      ...once,
    });
    expect(options).toContain(output);
  },
  async "an object by the older generateObject"({ chat }) {
    const { object } = await generateObject({ model: chat, prompt, schema: place, ...once });
    expect(object).toEqual({ city: expect.any(String), days: expect.any(Number) });
  },
  async "JSON mode"({ chat }) {
    const { output } = await generateText({ model: chat, prompt, output: Output.json(), ...once });
    expect(output).toBeTypeOf("object");
  },
};
