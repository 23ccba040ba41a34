import { describe, expect, it } from "vitest";
import { ProxyError } from "../../src/errors.ts";
import { chatEndpoint } from "../../src/protocol/openai/chat.ts";
import { completionsEndpoint } from "../../src/protocol/openai/completions.ts";
import { embeddingsEndpoint } from "../../src/protocol/openai/embeddings.ts";
import type { Endpoint } from "../../src/protocol/openai/endpoint.ts";
import { responsesEndpoint } from "../../src/protocol/openai/responses.ts";
import { parseRequest } from "../../src/translate/canonical.ts";

const parse = (endpoint: Endpoint, body: unknown) =>
  parseRequest(new TextEncoder().encode(JSON.stringify(body)), endpoint.request);

describe("parseRequest", () => {
  it.each<[Endpoint, Record<string, unknown>]>([
    [
      chatEndpoint,
      { model: "m", messages: [{ role: "user", content: null, name: "n" }], stop: null, n: null, x: [{}] },
    ],
    [
      chatEndpoint,
      { model: "m", messages: [{ role: "tool", content: { a: 1 } }], response_format: { type: "text" } },
    ],
    [completionsEndpoint, { model: "m", prompt: [1, 2], best_of: 1, stop: ["a"] }],
    [completionsEndpoint, { model: "m" }],
    [completionsEndpoint, { model: "m", seed: 2 ** 62 }],
    [embeddingsEndpoint, { model: "m", input: [[1], [2]], encoding_format: "base64", dimensions: 3 }],
    [
      responsesEndpoint,
      { model: "m", input: [{ type: "message", role: "user", content: "x" }], store: false },
    ],
  ])("keeps every field of what clients send", (endpoint, body) => {
    expect(parse(endpoint, body)).toEqual(body);
  });

  it.each<[Endpoint, Record<string, unknown>, string, string]>([
    [chatEndpoint, { model: "m", messages: [{ role: 1 }] }, "messages[0].role", "invalid_type"],
    [chatEndpoint, { model: "m", messages: [{ role: "user" }], tools: {} }, "tools", "invalid_type"],
    [chatEndpoint, { model: "", messages: [{ role: "user" }] }, "model", "invalid_value"],
    [completionsEndpoint, { model: "m", prompt: {} }, "prompt", "invalid_type"],
    [completionsEndpoint, { model: "m", seed: 1.5 }, "seed", "invalid_value"],
    [embeddingsEndpoint, { model: "m" }, "input", "missing_required_parameter"],
    [
      embeddingsEndpoint,
      { model: "m", input: "x", encoding_format: "hex" },
      "encoding_format",
      "invalid_value",
    ],
    [responsesEndpoint, { model: "m", input: 3 }, "input", "invalid_type"],
  ])("names the field at fault", (endpoint, body, param, code) => {
    let error: unknown;
    try {
      parse(endpoint, body);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", param, code });
  });

  it("takes a deployment for the model, whatever the body says", () => {
    const bytes = new TextEncoder().encode('{"model":7,"input":"x"}');
    expect(parseRequest(bytes, embeddingsEndpoint.request, "deployed")).toEqual({
      model: "deployed",
      input: "x",
    });
  });
});
