/** Failures on demand: each header value, what it does, and what it leaves alone. */
import { describe, expect, it } from "vitest";
import { chat, get, json, post, readEvents } from "./ask.ts";

const order = (fault: string, after?: number) => ({
  headers: {
    "x-simulator-fault": fault,
    ...(after === undefined ? {} : { "x-simulator-after": String(after) }),
  },
});
const stream = (fault: string, after?: number) => chat("Hi", { stream: true }, order(fault, after));

/** What arrives of a body, and whether it broke off. */
async function readUntilBreak(answer: Promise<Response>): Promise<{ text: string; isBroken: boolean }> {
  const reader = (await answer).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) return { text, isBroken: false };
      text += next.value;
    }
  } catch {
    return { text, isBroken: true };
  }
}

describe("a fault in place of the answer", () => {
  it("status-500 is a 500 with a string", async () => {
    const answer = await chat("Hi", {}, order("status-500"));
    expect(answer.status).toBe(500);
    expect((await json(answer)).error).toBeTypeOf("string");
  });

  it("status-503-html is a page", async () => {
    const answer = await chat("Hi", {}, order("status-503-html"));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await answer.text()).toContain("<html>");
  });

  it("empty-500 has no body", async () => {
    const answer = await chat("Hi", {}, order("empty-500"));
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
  });

  it("error-200 and error-object-200 come under a status of success", async () => {
    const answers = await Promise.all([stream("error-200"), stream("error-object-200")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [first, second] = await Promise.all(answers.map((answer) => json(answer)));
    expect(first.error).toBeTypeOf("string");
    expect(second.error.message).toBeTypeOf("string");
  });

  it("rate-limit tells when to come back", async () => {
    const answer = await chat("Hi", {}, order("rate-limit"));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
  });

  it("unauthorized has LM Studio's object, not OpenAI's", async () => {
    const answer = await chat("Hi", {}, order("unauthorized"));
    expect(answer.status).toBe(401);
    expect((await json(answer)).error).toMatchObject({ type: "invalid_request", code: "invalid_api_key" });
  });

  it("strikes model lists too", async () => {
    expect((await get("/v1/models", order("status-500"))).status).toBe(500);
  });
});

describe("a fault within a stream", () => {
  it("cut breaks off after two pieces, or as many as are ordered", async () => {
    for (const [after, expected] of [
      [undefined, 2],
      [0, 0],
      [5, 5],
    ] as const) {
      const { text, isBroken } = await readUntilBreak(stream("cut", after));
      expect(isBroken).toBe(true);
      expect(text.match(/^data: /gm)?.length ?? 0).toBe(expected);
    }
  });

  it("cut strikes before the finish at the latest", async () => {
    const { text, isBroken } = await readUntilBreak(stream("cut", 10_000));
    expect(isBroken).toBe(true);
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it("end-early ends cleanly without finish and [DONE]", async () => {
    const { text, isBroken } = await readUntilBreak(stream("end-early"));
    expect(isBroken).toBe(false);
    expect(text).not.toMatch(/\[DONE\]|"finish_reason":"/);
  });

  it("stream-error is LM Studio's error event after some pieces", async () => {
    const events = await readEvents(stream("stream-error", 3));
    expect(events).toHaveLength(4);
    expect(events[3]).toEqual({
      event: "error",
      data: '{"error":{"message":"Compute error."},"message":"Compute error."}',
    });
  });

  it("stream-error-first and overflow-first are the only event, under status 200", async () => {
    const texts = { "stream-error-first": /Compute error/, "overflow-first": /tokens to keep from/ };
    for (const [fault, text] of Object.entries(texts)) {
      const answer = await stream(fault);
      expect(answer.status).toBe(200);
      const events = await readEvents(answer);
      expect(events).toHaveLength(1);
      expect(events[0]?.event).toBe("error");
      expect(events[0]?.data).toMatch(text);
    }
  });

  it("malformed breaks one frame and goes on", async () => {
    const events = await readEvents(stream("malformed", 1));
    expect(() => JSON.parse(events[1]?.data ?? "")).toThrow(SyntaxError);
    expect(events.at(-1)?.data).toBe("[DONE]");
  });

  it("counts pieces only, not a response's opening events", async () => {
    const answer = post("/v1/responses", { input: "Hi", stream: true }, order("cut", 1));
    const { text } = await readUntilBreak(answer);
    expect(text.match(/output_text\.delta/g)).toHaveLength(2);
    expect(text).toContain("event: response.created");
  });
});

describe("a fault within JSON", () => {
  it("cut breaks off half way", async () => {
    const { text, isBroken } = await readUntilBreak(chat("Hi", {}, order("cut")));
    expect(isBroken).toBe(true);
    expect(text).toMatch(/^\{"id":/);
  });

  it("end-early and malformed are no JSON any more", async () => {
    for (const fault of ["end-early", "malformed"]) {
      await expect(json(chat("Hi", {}, order(fault)))).rejects.toThrow(SyntaxError);
    }
  });

  it("stream errors are a 400 with a string", async () => {
    for (const fault of ["stream-error", "stream-error-first", "overflow-first"]) {
      const answer = await chat("Hi", {}, order(fault));
      expect(answer.status).toBe(400);
      expect((await json(answer)).error).toBeTypeOf("string");
    }
  });

  it("strikes embeddings", async () => {
    const { isBroken } = await readUntilBreak(post("/v1/embeddings", { input: "Hi" }, order("cut")));
    expect(isBroken).toBe(true);
  });
});

describe("an order that cannot be", () => {
  const wrong = {
    "x-simulator-fault": "explode",
    "x-simulator-after": "-1",
    "x-simulator-delay-ms": "soon",
    "x-simulator-token-delay-ms": "1.5",
    "x-simulator-pieces": "200001",
  };
  for (const [name, value] of Object.entries(wrong)) {
    it(`is a 400 that names the header: ${name}: ${value}`, async () => {
      const answer = await chat("Hi", {}, { headers: { [name]: value } });
      expect(answer.status).toBe(400);
      expect((await json(answer)).error).toContain(name);
    });
  }
});
