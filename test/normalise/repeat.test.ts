/** What is spared must not show: the output is the same as when every frame is parsed and rebuilt. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import { createStreamMend, selectMends } from "../../src/dialects/apply.ts";
import type { StreamMend } from "../../src/dialects/mend.ts";
import { mends } from "../../src/dialects/mends/index.ts";
import { badGateway } from "../../src/errors.ts";
import { createEventTranslation } from "../../src/normalise/events.ts";
import { createRepeater, type Repeater } from "../../src/normalise/repeat.ts";
import { chatEndpoint } from "../../src/protocol/openai/chat.ts";
import type { JsonObject } from "../../src/protocol/openai/fields.ts";
import { createJoiner } from "../../src/sse/joiner.ts";
import { mendFacts } from "../support/mend-facts.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const backend = createPlan(parseConfig({ backends: { box: { url: "http://h" } } }))
  .backends[0] as BackendPlan;

function translate(
  frames: readonly string[],
  asked: JsonObject,
  isSpared: boolean,
): { text: string; parsed: number } {
  const facts = mendFacts({ asked: { stream: true, ...asked } });
  const mend = createStreamMend(selectMends(mends, backend, facts), facts, () => {});
  let parsed = 0;
  const counting: StreamMend = {
    chunk(chunk) {
      parsed++;
      return mend?.chunk(chunk);
    },
    passesText: () => isSpared && mend?.passesText?.() === true,
    end: () => mend?.end?.() ?? [],
  };
  const translation = createEventTranslation({
    endpoint: chatEndpoint,
    alias: "gpt-4o",
    mend: counting,
    errors: {
      toError: (data) => badGateway(data, "error"),
      malformed: () => badGateway("malformed", "malformed"),
      truncated: () => badGateway("cut", "cut"),
      broken: () => badGateway("broken", "broken"),
    },
  });
  const parts = frames.map((frame) => decoder.decode(translation.push(encoder.encode(frame))));
  return { text: parts.join("") + decoder.decode(translation.end()), parsed };
}

const chunk = (content: string, extra: JsonObject = {}) =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "local",
    system_fingerprint: "local",
    choices: [
      { index: 0, delta: { role: "assistant", content, ...extra }, logprobs: null, finish_reason: null },
    ],
  });
const frame = (json: string) => `data: ${json}\n\n`;

describe("an ordinary LM Studio text stream", () => {
  const words = Array.from({ length: 500 }, (_, index) => frame(chunk(` wörd ${index}\n"quoted" \\ 🌍`)));
  const frames = [
    ...words,
    frame('{"model":"local","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'),
    "data: [DONE]\n\n",
  ];

  it("is parsed for its first frames only", () => {
    const spared = translate(frames, {}, true);
    const whole = translate(frames, {}, false);
    expect(spared.text).toBe(whole.text);
    expect(whole.parsed).toBe(501);
    expect(spared.parsed).toBeLessThan(6);
  });

  it("is parsed frame by frame where its texts have to be looked into", () => {
    const asked = { tools: [{ type: "function", function: { name: "f" } }] };
    expect(translate(frames, asked, true).parsed).toBe(501);
  });
});

describe("any stream", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("", "a", "<think>", "</think>", "\n", '"content":"', "\\", "\u0001", "\u2028"),
  );
  const strange = fc.constantFrom<(content: string) => string>(
    (content) => frame(chunk(content)),
    (content) => frame(chunk(content, { reasoning_content: content })),
    (content) => frame(chunk(content, { tool_calls: [] })),
    (content) => frame(chunk(content).replace(/[^ -~]|[ -~]/u, (letter) => letter)),
    (content) => frame(chunk(content).replaceAll("/", "\\/").replaceAll("a", "\\u0061")),
    (content) => `event: x\n${frame(chunk(content))}`,
    (content) => frame(chunk(content).replace('"index":0', '"index":1')),
    () => ": ping\n\n",
    () => frame('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'),
    () => frame("{broken"),
    () => frame('{"error":"boom"}'),
    () => "data: [DONE]\n\n",
  );

  it("comes out the same, spared or not", () => {
    const usual = fc.constant((content: string) => frame(chunk(content)));
    const frames = fc.array(
      fc.tuple(fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: strange }), text),
      { maxLength: 40 },
    );
    const asked = fc.constantFrom<JsonObject>(
      {},
      { stream_options: { include_usage: true } },
      { response_format: { type: "json_object" } },
    );
    fc.assert(
      fc.property(frames, asked, (made, given) => {
        const sent = [frame(chunk("first")), ...made.map(([form, content]) => form(content))];
        expect(translate(sent, given, true).text).toBe(translate(sent, given, false).text);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("createRepeater", () => {
  const [one, two, three] = ["a", "b", "c"].map((content) => encoder.encode(frame(chunk(content))));

  const joiner = createJoiner();
  const match = (repeater: Repeater, frames: readonly Uint8Array[]) => {
    const output = repeater.match(frames, joiner);
    return output && decoder.decode(output);
  };

  it("believes a shape once it was seen twice in a row, and forgets it when told to", () => {
    const repeater = createRepeater();
    if (one === undefined || two === undefined || three === undefined) throw new Error("No frames.");
    repeater.observe(one, one);
    expect(match(repeater, [two])).toBeUndefined();
    repeater.observe(two, two);
    expect(match(repeater, [three])).toBe(decoder.decode(three));
    repeater.forget();
    expect(match(repeater, [three])).toBeUndefined();
  });

  it("takes frames together where all of them have the shape", () => {
    const repeater = createRepeater();
    if (one === undefined || two === undefined || three === undefined) throw new Error("No frames.");
    repeater.observe(one, one);
    repeater.observe(two, two);
    const long = encoder.encode(frame(chunk("long ".repeat(2_000))));
    expect(match(repeater, [three, long, one])).toBe(
      [three, long, one].map((bytes) => decoder.decode(bytes)).join(""),
    );
    expect(match(repeater, [three, encoder.encode(": ping\n\n"), one])).toBeUndefined();
  });

  it("puts the text right whichever side of it is the longer one", () => {
    const input = (content: string) => encoder.encode(`{"content":"${content}","in":1}`);
    for (const [before, after] of [
      ["", "long ".repeat(9)],
      ["long ".repeat(9), ""],
      ["", ""],
    ]) {
      const output = (content: string) => encoder.encode(`${before}{"content":"${content}","out":2}${after}`);
      const repeater = createRepeater();
      for (const content of ["a", "bc"]) repeater.observe(input(content), output(content));
      for (const content of ["d", "text ".repeat(40)])
        expect(match(repeater, [input(content)])).toBe(decoder.decode(output(content)));
    }
  });
});
