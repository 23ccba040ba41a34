/** What a run of agents needs: a runner without tracing, and models of one place. No global default is touched. */
import { type Model, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, tool } from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";
import type { Place } from "../../client.ts";

export interface Desk {
  readonly runner: Runner;
  /** By the name that the place knows it under; the headers go with each of its requests. */
  model(name: string, headers?: Record<string, string>): Model;
}

type Wrap = (client: OpenAI, name: string) => Model;

function open({ baseURL, apiKey }: Place, wrap: Wrap): Desk {
  return {
    runner: new Runner({ tracingDisabled: true }),
    model(name, defaultHeaders = {}) {
      return wrap(new OpenAI({ baseURL, apiKey, maxRetries: 0, defaultHeaders }), name);
    },
  };
}

/** Agents over chat completions, as for servers that are not OpenAI's. */
export function openByChat(place: Place): Desk {
  return open(place, (client, name) => new OpenAIChatCompletionsModel(client, name));
}

/** Agents over the Responses API, the library's default. */
export function openByResponses(place: Place): Desk {
  return open(place, (client, name) => new OpenAIResponsesModel(client, name));
}

/** A tool that keeps what it was asked. */
export function createTool(name: string, description: string, result: string) {
  const asked: unknown[] = [];
  const made = tool({
    name,
    description,
    parameters: z.object({ city: z.string() }),
    execute(input) {
      asked.push(input);
      return result;
    },
  });
  return { asked, tool: made };
}
