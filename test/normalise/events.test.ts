import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StreamMend } from "../../src/dialects/mend.ts";
import { badGateway, ProxyError } from "../../src/errors.ts";
import { createEventTranslation } from "../../src/normalise/events.ts";
import { chatEndpoint } from "../../src/protocol/openai/chat.ts";
import { responsesEndpoint } from "../../src/protocol/openai/responses.ts";
import type { Endpoint } from "../../src/protocol/openai/endpoint.ts";
import { projectRoot } from "../support/launch.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function translationOf(endpoint: Endpoint = chatEndpoint, mend?: StreamMend) {
  return createEventTranslation({
    endpoint,
    alias: "gpt-4o",
    mend,
    errors: {
      toError: (data) => badGateway(data, "from_backend"),
      malformed: () => badGateway("malformed", "malformed"),
      truncated: () => badGateway("cut", "cut"),
      broken: () => badGateway("broken", "broken"),
    },
  });
}

/** The client's bytes for a backend's, cut as given. */
function translate(chunks: readonly Uint8Array[], endpoint?: Endpoint, mend?: StreamMend): string {
  const translation = translationOf(endpoint, mend);
  const parts = chunks.map((chunk) => decoder.decode(translation.push(chunk)));
  return parts.join("") + decoder.decode(translation.end());
}

const whole = (text: string) => [encoder.encode(text)];
const chunk = (fields: object) => `data: ${JSON.stringify({ model: "local", ...fields })}\n\n`;
const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

describe("recorded streams of a real llama-server", () => {
  it.each([
    ["chat-stream", chatEndpoint],
    ["chat-n2-stream", chatEndpoint],
    ["tools-parallel-stream", chatEndpoint],
    ["think-stream", chatEndpoint],
    ["responses-stream", responsesEndpoint],
    ["responses-tools-stream", responsesEndpoint],
  ])(
    "%s come out the same wherever they are cut",
    (name, endpoint) => {
      const bytes = readFileSync(join(projectRoot, "test/fixtures/llama-server", `${name}.sse`));
      const expected = translate([bytes], endpoint);
      expect(expected).toContain('"model":"gpt-4o"');
      expect(expected).not.toMatch(/"model":"tiny/);
      expect(expected).not.toContain('"code":"cut"');
      const cuts = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
      const differing = cuts.filter(
        (cut) => translate([bytes.subarray(0, cut), bytes.subarray(cut)], endpoint) !== expected,
      );
      expect(differing).toEqual([]);
      const single = [...bytes].map((byte) => Uint8Array.of(byte));
      expect(translate(single, endpoint)).toBe(expected);
    },
    120_000,
  );
});

describe("bytes outside the name", () => {
  it.each([
    ["CRLF", 'data: {"model":"local","choices":[{"finish_reason":"stop"}]}\r\n\r\n'],
    ["CR", 'data: {"model":"local","choices":[{"finish_reason":"stop"}]}\r\r'],
    [
      "several data lines",
      'data: {"model":\ndata: "local",\ndata: "choices":[{"finish_reason":"stop"}]}\n\n',
    ],
    [
      "a comment and an event line",
      ': hi\n\nevent: x\ndata: {"model":"local","choices":[{"finish_reason":"stop"}]}\n\n',
    ],
    ["no space after the colon", 'data:{"model":"local","choices":[{"finish_reason":"stop"}]}\n\n'],
  ])("stay as they are: %s", (_name, text) => {
    expect(translate(whole(text))).toBe(text.replace('"local"', '"gpt-4o"'));
  });

  it("stay as they are in a frame that is no JSON", () => {
    expect(translate(whole(`data: {broken\n\n${chunk(finish)}`))).toContain("data: {broken\n\n");
  });
});

describe("errors", () => {
  it("are thrown while nothing came before them, past comments too", () => {
    const translation = translationOf();
    translation.push(encoder.encode(": ping\n\n"));
    expect(translation.hasData()).toBe(false);
    expect(() => translation.push(encoder.encode('data: {"error":"boom"}\n\n'))).toThrow(ProxyError);
  });

  it("end the stream later: nothing goes out after one", () => {
    const text = translate(whole(`${chunk({})}data: {"error":"boom"}\n\n${chunk(finish)}data: [DONE]\n\n`));
    expect(text.split("\n\n")).toHaveLength(3);
    expect(text).toContain('"code":"from_backend"');
  });

  it("are no errors where the field is null, or stands deeper", () => {
    const fields = { error: null, inner: { error: "x" }, ...finish };
    expect(translate(whole(chunk(fields)))).not.toContain("from_backend");
  });

  it("are told when reading fails, and remembered for the log", () => {
    const translation = translationOf();
    expect(decoder.decode(translation.fault(new Error("x")))).toContain('"code":"broken"');
    expect(translation.problem()).toBe("broken");
  });
});

describe("mends", () => {
  const dropping: StreamMend = {
    chunk: (body) =>
      body["drop"] === true
        ? []
        : "grow" in body
          ? [
              { ...body, n: 1 },
              { ...body, n: 2 },
            ]
          : undefined,
    end: () => [{ held: true, model: "local" }],
  };

  it("take a chunk out, or put several in its place, under the asked name", () => {
    const text = translate(
      whole(chunk({ drop: true }) + chunk({ grow: 1 }) + chunk(finish)),
      chatEndpoint,
      dropping,
    );
    expect(text).not.toContain("drop");
    expect(text).toContain(
      'data: {"model":"gpt-4o","grow":1,"n":1}\n\ndata: {"model":"gpt-4o","grow":1,"n":2}\n\n',
    );
  });

  it("hand out what they held back before [DONE], which a finished stream gets where it is missing", () => {
    const held = 'data: {"held":true,"model":"gpt-4o"}\n\ndata: [DONE]\n\n';
    expect(translate(whole(`${chunk(finish)}data: [DONE]\n\n`), chatEndpoint, dropping).endsWith(held)).toBe(
      true,
    );
    expect(translate(whole(chunk(finish)), chatEndpoint, dropping).endsWith(held)).toBe(true);
  });

  it("hand out nothing that was held back in a stream that was cut, and no [DONE]", () => {
    const text = translate(whole(chunk({})), chatEndpoint, dropping);
    expect(text).not.toContain("held");
    expect(text).not.toContain("[DONE]");
    expect(text).toContain('"code":"cut"');
  });

  it("leave out null, and end the stream at what is no JSON object", () => {
    const run = (frame: string) =>
      translate(whole(`${chunk({ a: 1 })}${frame}\n\n${chunk(finish)}`), chatEndpoint, dropping);
    expect(run("data: null")).not.toContain("null");
    for (const frame of ['data: {"a":', "data: 7", 'data: "text"']) {
      expect(run(frame)).toMatch(
        /^data: \{"model":"gpt-4o","a":1\}\n\ndata: \{"error":.*"malformed".*\}\n\n$/,
      );
    }
  });

  it.each([
    ["several data lines and an event line", 'event: x\ndata: {"model":"local",\ndata: "a":1}'],
    ["no space after the colon", 'data:{"model":"local","a":1}'],
  ])("leave one plain data line on a chat stream: %s", (_name, frame) => {
    const text = translate(whole(`${frame}\n\n${chunk(finish)}`), chatEndpoint, dropping);
    expect(text.startsWith('data: {"model":"gpt-4o","a":1}\n\n')).toBe(true);
  });
});
