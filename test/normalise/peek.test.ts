import { describe, expect, it } from "vitest";
import { readStart, resumeBody } from "../../src/normalise/peek.ts";

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
