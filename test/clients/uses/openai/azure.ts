/** The Azure client of the newest `openai`: the deployment stands in the path, the key in a header of its own. */
import { AzureOpenAI, NotFoundError } from "openai";
import { expect } from "vitest";
import type { Place } from "../../client.ts";
import { connectUses, messages, type UsesOf, weather } from "../subject.ts";

const apiVersion = "2024-10-21";

function connect({ baseURL, apiKey }: Place): AzureOpenAI {
  return new AzureOpenAI({ endpoint: baseURL.replace(/\/v1$/, ""), apiKey, apiVersion, maxRetries: 0 });
}

const uses: UsesOf<AzureOpenAI> = {
  async "a deployment's chat"(client, { chatModel: model }) {
    const answer = await client.chat.completions.create({ model, messages });
    expect(answer).toMatchObject({ object: "chat.completion", model });
    expect(answer.choices[0]?.message.content).toContain("Paris");
  },
  async "a deployment's stream, with a tool"(client, { chatModel: model }) {
    const runner = client.chat.completions.stream({ model, messages, tools: [weather] });
    const [call] = (await runner.finalMessage()).tool_calls ?? [];
    expect(call).toMatchObject({ id: expect.stringMatching(/^call_/), function: { name: "get_weather" } });
  },
  async "a deployment's name before the one in the body"(_, place) {
    const client = new AzureOpenAI({
      endpoint: place.baseURL.replace(/\/v1$/, ""),
      apiKey: place.apiKey,
      apiVersion,
      deployment: place.chatModel,
      maxRetries: 0,
    });
    const answer = await client.chat.completions.create({ model: "whatever", messages });
    expect(answer.model).toBe(place.chatModel);
  },
  async "a deployment's embeddings"(client, { embeddingModel: model, dimensions }) {
    const { data } = await client.embeddings.create({ model, input: "a" });
    expect(data[0]?.embedding).toHaveLength(dimensions);
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 4);
  },
  async "a deployment that nobody has"(client) {
    const asked = client.chat.completions.create({ model: "nobody", messages });
    await expect(asked).rejects.toThrow(NotFoundError);
    await expect(asked).rejects.toMatchObject({ code: "model_not_found" });
  },
  async "the models, through Azure's door"(client, { chatModel }) {
    const models = await Array.fromAsync(client.models.list());
    expect(models.map(({ id }) => id)).toContain(chatModel);
  },
};

/** Already connected, each with a client of Azure's kind. */
export const azureUses = connectUses(uses, connect);
