/** Random JSON never gives a 500 or a hang, and no field that the proxy does not know is lost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatAnswer } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";
import { joinPieces } from "../../src/runtime.ts";

const paths = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/messages"];
const knownKeys = fc.constantFrom(
  "model",
  "messages",
  "prompt",
  "input",
  "stream",
  "tools",
  "tool_choice",
  "functions",
  "function_call",
  "n",
  "stop",
  "max_tokens",
  "response_format",
  "stream_options",
  "encoding_format",
  "dimensions",
  "temperature",
  "user",
);
const likely = fc.constantFrom<unknown>(
  "m",
  "",
  "required",
  [],
  {},
  null,
  0,
  2,
  -1,
  true,
  "base64",
  [[1, 2], [3]],
  [{ role: "user", content: "x" }],
  [{ role: "tool" }],
  [{ role: "assistant", content: null, tool_calls: [null, {}] }],
  [{ type: "function", function: { name: "f" } }],
  { type: "json_object" },
  { type: "function", function: { name: "f" } },
  { include_usage: true },
);
const body = fc.dictionary(
  fc.oneof(
    { weight: 3, arbitrary: knownKeys },
    { weight: 1, arbitrary: fc.string().map((key) => `x_${key}`) },
  ),
  fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: fc.jsonValue() }),
);
/** Often enough of the right form to get past the checks. */
const request = fc.tuple(body, fc.boolean()).map(([fields, isValid]) =>
  isValid
    ? {
        ...fields,
        model: "m",
        messages: [{ role: "user", content: "x", x_inner: 1 }],
        input: "x",
        n: 1,
        stream: false,
        tool_choice: "auto",
      }
    : fields,
);

describe("any request", () => {
  it("is answered, without a 500, and keeps what the proxy does not know", async () => {
    const forwarded: unknown[] = [];
    const app = createTestApp(
      { backends: { box: { url: "http://box.test" } }, unknown_model: "passthrough" },
      {
        fetch: async (url, init) => {
          if (init.method === "GET")
            return Response.json({ data: [{ id: "m", type: "llm", state: "loaded" }] });
          forwarded.push(JSON.parse(await new Response(joinPieces(init.body)).text()));
          return Response.json({ ...(chatAnswer() as object), data: [{ embedding: [1, 2] }], path: url });
        },
      },
    );
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), request, async (path, fields) => {
        forwarded.length = 0;
        const response = await app.request(path, { method: "POST", body: JSON.stringify(fields) });
        expect(response.status).not.toBe(500);
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
        const text = await response.text();
        const [, json = ""] = isStream ? (/^data: (.*)$/m.exec(text) ?? []) : ["", text];
        const answer = JSON.parse(json) as { error?: unknown };
        expect(response.ok ? answer.error : (answer.error ?? "missing")).not.toBe("missing");
        if (!response.ok) return;
        answered++;
        const unknown = Object.entries(fields).filter(
          ([key, value]) => key.startsWith("x_") && value !== null,
        );
        for (const [key, value] of unknown) {
          const kept = forwarded.map((sent) => JSON.stringify((sent as Record<string, unknown>)[key]));
          expect(kept).toContain(JSON.stringify(value));
        }
      }),
      { numRuns: 10_000 },
    );
    expect(answered).toBeGreaterThan(1_000);
    expect(app.events.filter(({ event }) => event === "defect")).toEqual([]);
    expect(await app.inFlight()).toBe(0);
  }, 120_000);
});
