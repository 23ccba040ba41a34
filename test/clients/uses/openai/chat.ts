/** Chat completions of the newest `openai`, whole. */
import OpenAI from "openai";
import { expect } from "vitest";
import { greeting, messages, type UsesOf, weather } from "../subject.ts";

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const chatUses: UsesOf<OpenAI> = {
  async "a chat with the shape that strict clients want"(client, { chatModel }) {
    const answer = await client.chat.completions.create({ model: chatModel, messages });
    const [choice] = answer.choices;
    expect(choice?.message).toMatchObject({ role: "assistant", content: expect.any(String), refusal: null });
    expect(choice?.message.content).toContain("Paris");
    expect(choice?.message).not.toHaveProperty("tool_calls");
    expect(choice).toHaveProperty("logprobs", null);
    expect(choice?.finish_reason).toBe("stop");
    expect(answer).toMatchObject({ object: "chat.completion", model: chatModel });
    expect(answer.id).toMatch(/^chatcmpl-/);
    expect(answer).not.toHaveProperty("stats");
    expect(answer.system_fingerprint).not.toBe(answer.model);
  },
  async "usage in whole numbers that add up"(client, { chatModel }) {
    const { usage } = await client.chat.completions.create({ model: chatModel, messages });
    expect(usage?.prompt_tokens).toBeGreaterThan(0);
    expect(usage?.completion_tokens).toBeGreaterThan(0);
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  },
  async "the request's id and the headers of OpenAI"(client, { chatModel }) {
    const asked = client.chat.completions.create({ model: chatModel, messages });
    const { request_id, response } = await asked.withResponse();
    expect(request_id).toMatch(/^req_/);
    expect((await asked)._request_id).toBe(request_id);
    expect(response.headers.get("openai-processing-ms")).toMatch(/^\d+$/);
    expect(response.headers.get("openai-version")).toBe("2020-10-01");
  },
  async "a length limit by its newer name"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      max_completion_tokens: 2,
    });
    expect(answer.choices[0]?.finish_reason).toBe("length");
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(2);
  },
  async "a stop word that is left out of the answer"(client, { chatModel }) {
    const answer = await client.chat.completions.create({ model: chatModel, messages, stop: ["simulated"] });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: expect.stringMatching(/^This/) },
    });
    expect(answer.choices[0]?.message.content).not.toContain("simulated");
  },
  async "two choices at once"(client, { chatModel }) {
    const one = await client.chat.completions.create({ model: chatModel, messages });
    const two = await client.chat.completions.create({ model: chatModel, messages, n: 2 });
    expect(two.choices.map(({ index }) => index)).toEqual([0, 1]);
    for (const { message, finish_reason } of two.choices) {
      expect(message.content).toContain("Paris");
      expect(finish_reason).toBe("stop");
    }
    expect(two.usage?.completion_tokens).toBeGreaterThan(one.usage?.completion_tokens ?? Infinity);
  },
  async "a number of choices that cannot be"(client, { chatModel }) {
    const asked = client.chat.completions.create({ model: chatModel, messages, n: 0 });
    await expect(asked).rejects.toThrow(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({ type: "invalid_request_error", param: "n" });
  },
  async "the same answer to the same seed"(client, { chatModel }) {
    const ask = () =>
      client.chat.completions.create({
        model: chatModel,
        messages,
        seed: 7,
        temperature: 0,
        user: "somebody",
      });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first.choices).toEqual(second.choices);
    // OpenAI may leave it out; what stands there must not change with the request.
    expect(second.system_fingerprint).toBe(first.system_fingerprint);
  },
  async "log probabilities that may be null but are there"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      logprobs: true,
      top_logprobs: 2,
    });
    expect(answer.choices[0]).toHaveProperty("logprobs");
  },
  async "a developer's message and content in parts"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Speak of Lisbon." }] },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain("Lisbon");
  },
  async "a history with content null beside a tool call"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      tools: [weather],
      messages: [
        ...messages,
        {
          role: "assistant",
          content: null,
          tool_calls: [
            {
              id: "call_1",
              type: "function",
              function: { name: "get_weather", arguments: '{"city":"Paris"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "21 degrees" }] },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain("21 degrees");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
  },
  async "the fields that only OpenAI knows"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages: greeting,
      store: true,
      metadata: { team: "blue" },
      service_tier: "auto",
      prompt_cache_key: "key",
      safety_identifier: "somebody",
      stop: null,
      max_tokens: null,
    });
    expect(answer.choices[0]?.message.content).toContain("Good morning");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
  },
  async "a reasoning model whose thoughts are not in the text"(client, { reasoningModel, kind }) {
    const answer = await client.chat.completions.create({
      model: reasoningModel,
      messages,
      reasoning_effort: "low",
    });
    expect(answer.choices[0]?.message.content).toMatch(/^This is a simulated answer/);
    expect(answer.choices[0]?.message.content).not.toContain("<think>");
    const details = answer.usage?.completion_tokens_details;
    // The other servers do not count thoughts apart, and OpenAI's schema does not want it.
    if (kind === "lmstudio") expect(details?.reasoning_tokens).toBeGreaterThan(0);
  },
};
