/** The stream that a client reads, and a client that leaves it at any moment. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openTransformChannel } from "../../src/byte-channel.ts";
import { createEventStream, type StreamSource, type StreamStage } from "../../src/sse/stream.ts";
import { projectRoot } from "../support/launch.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const through: StreamStage = { push: (chunk) => chunk, end: () => bytes("end"), fault: () => bytes("fault") };

function sourceOf(chunks: readonly string[], head = ""): StreamSource {
  const body = new Response(chunks.join("")).body ?? new ReadableStream<Uint8Array>();
  return { head: bytes(head), reader: body.getReader(), stage: through };
}

describe("a client that leaves", () => {
  it("while bytes are still waiting for it after the end does no harm", async () => {
    const stream = createEventStream(
      openTransformChannel,
      () => 0,
      () => {},
    );
    expect(await stream.feed(sourceOf([], "x".repeat(1_000_000)))).toBe("ended");
    await expect(stream.channel.readable.cancel()).resolves.toBeUndefined();
  });

  it("after an error that nobody read does no harm", async () => {
    const stream = createEventStream(
      openTransformChannel,
      () => 0,
      () => {},
    );
    expect(stream.finish(bytes("error"))).toBe("faulted");
    await expect(stream.channel.readable.cancel()).resolves.toBeUndefined();
  });

  it("in the middle is noticed once, and nothing is sent to it any more", async () => {
    let left = 0;
    const stream = createEventStream(
      openTransformChannel,
      () => 0,
      () => left++,
    );
    const reader = stream.channel.readable.getReader();
    const source = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(bytes("a")) });
    const fed = stream.feed({ head: bytes("h"), reader: source.getReader(), stage: through });
    await reader.read();
    await reader.cancel();
    expect(await fed).toBe("cancelled");
    expect(left).toBe(1);
  });
});

describe("a client that reads on", () => {
  it("gets the head, what was read, and the end, then no more", async () => {
    const stream = createEventStream(
      openTransformChannel,
      () => 0,
      () => {},
    );
    const text = new Response(stream.channel.readable).text();
    expect(await stream.feed(sourceOf(["a", "b"], "h"))).toBe("ended");
    expect(await text).toBe("habend");
  });

  it("gets what had come before a source broke, and the word about it", async () => {
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes("a")),
      pull: (controller) => controller.error(new Error("broken")),
    });
    const stream = createEventStream(
      openTransformChannel,
      () => 0,
      () => {},
    );
    const text = new Response(stream.channel.readable).text();
    expect(await stream.feed({ head: bytes(""), reader: source.getReader(), stage: through })).toBe(
      "faulted",
    );
    expect(await text).toBe("afault");
  });
});

const leaving = `
  import { openTransformChannel } from "./src/byte-channel.ts";
  import { createEventStream } from "./src/sse/stream.ts";
  const stream = createEventStream(openTransformChannel, () => 0, () => {});
  const reader = new ReadableStream({ start: (controller) => controller.close() }).getReader();
  const stage = { push: (chunk) => chunk, end: () => new Uint8Array(), fault: () => new Uint8Array() };
  await stream.feed({ head: new Uint8Array(1_000_000), reader, stage });
  await stream.channel.readable.cancel();
  console.log("fine");
`;

it.each([
  ["bun", ["-e", leaving]],
  ["deno", ["eval", "--no-lock", leaving]],
])("leaving late does no harm on %s either", (command, given) => {
  const { stdout, stderr } = spawnSync(`node_modules/.bin/${command}`, given, { cwd: projectRoot });
  expect(`${stdout.toString()}${stderr.toString()}`).toContain("fine");
});
