import { describe, expect, it } from "vitest";
import { isHiddenError } from "../../src/normalise/answer.ts";
import { readStart, resumeBody } from "../../src/normalise/peek.ts";

describe("isHiddenError", () => {
  it.each([
    [{ error: "Unexpected endpoint" }, true],
    [{ error: { message: "x" } }, true],
    [{ error: "x", message: "y" }, true],
    [{ error: null, choices: [] }, false],
    [{ error: { message: "x" }, object: "response", output: [] }, false],
    [{ data: [], error: "x" }, false],
    [{ choices: [] }, false],
    [{ detail: { error: "x" } }, false],
    [[], false],
    ["error", false],
  ])("of %j is %s", (body, isError) => {
    expect(isHiddenError(new TextEncoder().encode(JSON.stringify(body)))).toBe(isError);
  });
});

describe("readStart", () => {
  const bodyOf = (...chunks: string[]) => new Response(new Blob(chunks).stream()).body;
  const longBody = () => {
    let left = 10;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(100)) : controller.close()),
    });
  };

  it("reads a short body whole", async () => {
    const start = await readStart(bodyOf("hello"), 100);
    expect(new TextDecoder().decode(start.bytes)).toBe("hello");
    expect(start.rest).toBeUndefined();
    expect((await readStart(null, 100)).bytes).toHaveLength(0);
  });

  it("leaves the rest of a long one unread, and goes on with it later", async () => {
    const start = await readStart(longBody(), 250);
    expect(start.bytes).toHaveLength(300);
    const whole = await new Response(resumeBody(start)).arrayBuffer();
    expect(whole.byteLength).toBe(1_000);
  });
});
