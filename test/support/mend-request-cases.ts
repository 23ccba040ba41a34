/** The mends of requests and embeddings, each with a request that a backend would refuse or take amiss. */
import { expect } from "vitest";
import { createEmbedding } from "../../src/simulator/embeddings.ts";
import { pngDataUri, showing, webpBytes } from "./images.ts";
import { embeddingModel, type MendCase, messages, readChunks, readJson, tool } from "./mend-case.ts";

async function isAnswered(answer: Response): Promise<void> {
  expect([answer.status, await readJson(answer)]).toEqual([
    200,
    expect.objectContaining({ choices: expect.any(Array) }),
  ]);
}

async function isRefused(answer: Response, code: string): Promise<void> {
  expect([answer.status, await readJson(answer)]).toMatchObject([400, { error: { code } }]);
}

const webp = webpBytes.toString("base64");

/** One for each. */
export const requestCases: readonly MendCase[] = [
  {
    mend: "json-object-format",
    gets: "an object where it asked for some JSON object",
    body: { messages, response_format: { type: "json_object" } },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(JSON.parse(choices[0].message.content)).toEqual({});
    },
  },
  {
    mend: "named-tool-choice",
    gets: "a call of the tool that it named",
    body: {
      messages,
      tools: [tool("get_weather"), tool("read_clock")],
      tool_choice: { type: "function", function: { name: "read_clock" } },
    },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.tool_calls[0].function.name).toBe("read_clock");
    },
  },
  {
    mend: "legacy-functions",
    gets: "a function_call for the functions that it sent",
    body: { messages, functions: [tool("get_weather").function], function_call: "auto" },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0]).toMatchObject({
        finish_reason: "function_call",
        message: { function_call: { name: "get_weather", arguments: "{}" } },
      });
    },
  },
  {
    mend: "developer-role",
    gets: "an answer although a developer spoke",
    body: { messages: [{ role: "developer", content: "Be brief." }, ...messages] },
    check: isAnswered,
  },
  {
    mend: "text-parts",
    gets: "an answer to a list of no parts",
    body: { messages: [{ role: "system", content: [] }, ...messages] },
    check: isAnswered,
  },
  {
    mend: "null-content",
    gets: "an answer although an assistant had said nothing",
    body: { messages: [...messages, { role: "assistant", content: null }, ...messages] },
    check: isAnswered,
  },
  {
    mend: "null-fields",
    gets: "an answer although it sent nulls",
    body: { messages, tools: null },
    check: isAnswered,
  },
  {
    mend: "empty-stop",
    gets: "a text although a stop was empty",
    body: { messages, stop: "" },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.content).not.toBe("");
    },
  },
  {
    mend: "max-completion-tokens",
    gets: "an answer as short as it asked for",
    body: { messages, max_completion_tokens: 3 },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].finish_reason).toBe("length");
    },
  },
  {
    mend: "unlimited-max-tokens",
    gets: "an answer without a limit for a limit of -1",
    body: { messages, max_tokens: -1 },
    check: isAnswered,
  },
  {
    mend: "tool-parameters",
    gets: "an answer although a tool had no parameters",
    body: { messages, tools: [{ type: "function", function: { name: "get_weather" } }] },
    check: isAnswered,
  },
  {
    mend: "tool-result-text",
    gets: "an answer that quotes a tool's result, which was an object",
    body: {
      messages: [
        ...messages,
        { role: "assistant", content: "", tool_calls: [{ id: "call_1", ...tool("get_weather") }] },
        { role: "tool", tool_call_id: "call_1", content: { celsius: 17 } },
      ],
    },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.content).toContain('{"celsius":17}');
    },
  },
  {
    mend: "openai-only-fields",
    gets: "an answer although it asked OpenAI to store it",
    body: { messages, store: true, metadata: { user: "1" }, service_tier: "auto" },
    check: isAnswered,
  },
  {
    mend: "several-choices",
    gets: "as many choices as it asked for",
    body: { messages, n: 2 },
    async check(answer) {
      const { choices, usage } = await readJson(answer);
      expect(choices.map(({ index }: { index: number }) => index)).toEqual([0, 1]);
      // As many for each, since both say the same.
      expect(usage.completion_tokens % 2).toBe(0);
      expect(usage.completion_tokens).toBeGreaterThan(30);
    },
  },
  {
    mend: "required-tool-retry",
    gets: "the call that it required, at the second try",
    body: { messages, tools: [tool("get_weather")], tool_choice: "required" },
    orders: { "x-simulator-quirks": "required-tool-ignored" },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.tool_calls).toHaveLength(1);
    },
  },
  {
    // A backend that takes the ids of a vocabulary not its own gives another vector, and nobody sees it.
    mend: "embedding-tokens",
    gets: "the vector of the text that token ids stand for",
    path: "/v1/embeddings",
    body: { model: embeddingModel, input: [[9906, 1917]] },
    async check(answer) {
      const { data } = await readJson(answer);
      expect(data[0].embedding).toEqual(createEmbedding("Hello world", 768));
    },
  },
  {
    mend: "prompt-tokens",
    gets: "an answer to the text that token ids stand for",
    path: "/v1/completions",
    body: { prompt: [9906, 1917] },
    async check(answer) {
      expect((await readJson(answer)).choices[0].text).toContain("Hello world");
    },
  },
  {
    mend: "several-prompts",
    gets: "an answer to each of its prompts",
    path: "/v1/completions",
    body: { prompt: ["alpha", "beta"] },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices.map(({ text }: { text: string }) => /alpha|beta/.exec(text)?.[0])).toEqual([
        "alpha",
        "beta",
      ]);
    },
  },
  {
    mend: "tool-choice-ignored",
    gets: "no call where it wanted none",
    body: { messages, tools: [tool("get_weather")], tool_choice: "none" },
    async check(answer) {
      expect((await readJson(answer)).choices[0].finish_reason).toBe("stop");
    },
  },
  {
    mend: "tool-choice-ignored",
    gets: "the call that it required, streamed",
    body: {
      messages: [{ role: "user", content: "Hello." }],
      tools: [tool("read_clock")],
      tool_choice: "required",
      stream: true,
    },
    async check(answer) {
      expect((await readChunks(answer)).some(({ choices }) => choices[0]?.delta.tool_calls)).toBe(true);
    },
  },
  {
    mend: "system-first",
    gets: "an answer although a system message came late",
    body: { messages: [...messages, { role: "system", content: "Be brief." }] },
    orders: { "x-simulator-quirks": "system-first-only" },
    config: { model_options: { "*": { merge_system: true } } },
    check: isAnswered,
  },
  {
    mend: "tool-strict",
    gets: "an answer although its tool is strict",
    body: {
      messages,
      tools: [{ type: "function", function: { ...tool("get_weather").function, strict: true } }],
    },
    check: isAnswered,
  },
  {
    mend: "schema-dialect",
    gets: "an answer although its tool's schema names a dialect",
    body: {
      messages,
      tools: [tool("get_weather", { $schema: "https://json-schema.org/draft-07/schema", type: "object" })],
    },
    check: isAnswered,
  },
  {
    mend: "embedding-batches",
    gets: "vectors for more inputs than the backend takes at once",
    path: "/v1/embeddings",
    body: { model: embeddingModel, input: ["a", "b", "c", "d", "e"] },
    orders: { "x-simulator-quirks": "two-embeddings-at-most" },
    config: { model_options: { "*": { embedding_batch: 2 } } },
    async check(answer) {
      const { data } = await readJson(answer);
      const indexes = data.map(({ index }: { index: number }) => index);
      expect(indexes).toEqual([0, 1, 2, 3, 4]);
      expect(data[4].embedding[0]).toBeCloseTo(createEmbedding("e", 768)[0] ?? 0, 6);
    },
  },
  {
    mend: "image-format",
    gets: "a code for an image that the backend cannot read",
    body: { model: "simulated/qwen2.5-vl-7b", ...showing(`data:image/webp;base64,${webp}`) },
    check: (answer) => isRefused(answer, "invalid_image_format"),
  },
  {
    mend: "image-format-ollama",
    gets: "a code for an image that Ollama cannot read",
    body: { model: "simulated/qwen2.5-vl-7b", ...showing(`data:image/gif;base64,${btoa("GIF89a......")}`) },
    check: (answer) => isRefused(answer, "invalid_image_format"),
  },
  {
    mend: "image-url",
    gets: "a code for an image that the proxy is not to fetch",
    body: { model: "simulated/qwen2.5-vl-7b", ...showing("https://example.com/a.png") },
    check: (answer) => isRefused(answer, "invalid_image_url"),
  },
  {
    mend: "image-on-text-model",
    gets: "a refusal of an image that nobody would see",
    body: showing(pngDataUri),
    check: (answer) => isRefused(answer, "unsupported_image"),
  },
  {
    mend: "embedding-base64",
    gets: "packed vectors of full length",
    path: "/v1/embeddings",
    body: { model: embeddingModel, input: "Hi", encoding_format: "base64" },
    async check(answer) {
      const { data } = await readJson(answer);
      expect(atob(data[0].embedding)).toHaveLength(768 * 4);
    },
  },
  {
    mend: "embedding-dimensions",
    gets: "vectors as short as it asked for",
    path: "/v1/embeddings",
    body: { model: embeddingModel, input: "Hi", dimensions: 8 },
    async check(answer) {
      const { data } = await readJson(answer);
      expect(data[0].embedding).toHaveLength(8);
      expect(Math.hypot(...data[0].embedding)).toBeCloseTo(1, 6);
    },
  },
];
