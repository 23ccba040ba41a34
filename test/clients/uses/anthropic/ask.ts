/** What Anthropic's client asks, by names of Anthropic's models, which the proxy maps. */
import type Anthropic from "@anthropic-ai/sdk";
import type { Place, Use } from "../../client.ts";
import { cityParameters, messages } from "../subject.ts";

export const model = "claude-sonnet-4-5";

export const request = { model, max_tokens: 500, messages };

export const weather = {
  name: "get_weather",
  description: "The weather of a city",
  input_schema: cityParameters,
} satisfies Anthropic.Tool;

export const news = {
  name: "read_news",
  description: "Headlines of a city",
  input_schema: cityParameters,
} satisfies Anthropic.Tool;

/** The texts of an answer, joined. */
export function textOf({ content }: { readonly content: readonly Anthropic.ContentBlock[] }): string {
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

/** The first tool that an answer calls. */
export function callOf({ content }: Anthropic.Message): Anthropic.ToolUseBlock | undefined {
  return content.find((block) => block.type === "tool_use");
}

/** LM Studio and llama-server speak it themselves. */
export const hasMessages = ({ kind }: Place) => kind === "lmstudio" || kind === "llama-server";

/** Leaves out the backends that have no /v1/messages: nothing is translated for them, see the refusals. */
export function whereServed(uses: Readonly<Record<string, Use>>): Readonly<Record<string, Use>> {
  return Object.fromEntries(
    Object.entries(uses).map(([name, use]) => [
      name,
      async (place: Place) => (hasMessages(place) ? use(place) : undefined),
    ]),
  );
}
