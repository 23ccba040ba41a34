import { describe, expect, it } from "vitest";
import { joinChunks } from "../../src/byte-channel.ts";
import { announcedLength, limitBody, readBody } from "../../src/http/body.ts";
import { createCancellation } from "../../src/http/cancel.ts";
import { portableReadBytes } from "../../src/runtime.ts";

const requestOf = (body: BodyInit, headers: Record<string, string> = {}) => {
  const init = { method: "POST", body, headers, duplex: "half" };
  return new Request("http://h/", init);
};

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  const rest = chunks.map((chunk) => new TextEncoder().encode(chunk)).values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = rest.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

const read = async (request: Request, maxBytes: number) => readBody(request, maxBytes, portableReadBytes);

const text = (pieces: readonly Uint8Array[]) => new TextDecoder().decode(joinChunks(pieces));

describe("readBody", () => {
  it("reads a body of announced and of unknown length", async () => {
    expect(text(await read(requestOf("hello", { "content-length": "5" }), 10))).toBe("hello");
    expect(text(await read(requestOf(streamOf("hel", "lo")), 10))).toBe("hello");
    expect(text(await read(new Request("http://h/"), 10))).toBe("");
  });

  it("lets exactly the limit in, and refuses one byte more", async () => {
    expect(text(await read(requestOf(streamOf("12", "345")), 5))).toBe("12345");
    await expect(read(requestOf(streamOf("12", "3456")), 5)).rejects.toMatchObject({ status: 413 });
    await expect(read(requestOf("123456", { "content-length": "6" }), 5)).rejects.toMatchObject({
      status: 413,
    });
  });

  it("does not believe an announcement that is too small", async () => {
    await expect(read(requestOf("123456", { "content-length": "1" }), 5)).rejects.toMatchObject({
      status: 413,
    });
  });

  it("says that a body broke off", async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
    await expect(read(requestOf(broken), 5)).rejects.toMatchObject({ status: 400 });
  });
});

describe("announcedLength", () => {
  it.each([
    ["12", 12],
    ["0", 0],
    ["-1", undefined],
    ["1e3", undefined],
  ])("of %s is %s", (value, length) => {
    expect(announcedLength(new Headers({ "content-length": value }))).toBe(length);
  });
});

describe("limitBody", () => {
  it("passes what is within the limit, and calls the upstream request off over it", async () => {
    const within = createCancellation(new AbortController().signal, "parent");
    expect(await new Response(limitBody(streamOf("12", "345"), 5, within)).text()).toBe("12345");
    expect(within.reason).toBeUndefined();
    const over = createCancellation(new AbortController().signal, "parent");
    await expect(new Response(limitBody(streamOf("12", "3456"), 5, over)).text()).rejects.toThrow(
      /larger than 5 bytes/,
    );
    expect(over.reason).toBe("body-too-large");
    expect(over.signal.aborted).toBe(true);
  });
});

describe("joinChunks", () => {
  it("joins in order", () => {
    expect([...joinChunks([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)])]).toEqual([1, 2, 3]);
  });
});
