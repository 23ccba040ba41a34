/** A body that is coming in, and the pace at which it does. */
import { beforeEach, describe, expect, it } from "vitest";
import { MessageBody } from "../../src/http1/message-body.ts";
import { FakeTurn } from "./support/fake-turn.ts";
import { bytesOf, latin1 } from "./support/fake-wire.ts";

let turn: FakeTurn;
/** What the connection was asked for. */
let asked: string[];

beforeEach(() => {
  turn = new FakeTurn();
  asked = [];
});

function bodyOf(announced?: number): MessageBody {
  const inflow = {
    pause: () => void asked.push("pause"),
    resume: () => void asked.push("resume"),
    leave: () => void asked.push("leave"),
  };
  return new MessageBody(inflow, turn, announced);
}

const large = "0123456789abcdef".repeat(8 * 1024);

async function readAll(reader: ReturnType<MessageBody["pieces"]>): Promise<string> {
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += latin1(next.value);
  return text;
}

describe("a body that is wanted whole", () => {
  it.each([
    ["announced", large.length],
    ["not announced", undefined],
  ])("comes whole, %s, asked for before, amid and after", async (_what, announced) => {
    for (const askAt of [0, 1, 2, 3]) {
      const body = bodyOf(announced);
      let whole: Promise<Uint8Array> | undefined;
      const pieces = [large.slice(0, 70_000), large.slice(70_000, 70_001), large.slice(70_001)];
      for (const [index, piece] of pieces.entries()) {
        if (index === askAt) whole = body.bytes();
        body.push(bytesOf(piece));
      }
      body.end();
      whole ??= body.bytes();
      await turn.settle();
      expect(latin1(await whole) === large).toBe(true);
    }
  });

  it("comes in the pieces that it came in, but for short ones", async () => {
    for (const askAt of [0, 1, 2, 3, 4, 5]) {
      const body = bodyOf(large.length + 4);
      let whole: Promise<readonly Uint8Array[]> | undefined;
      const pieces = ["a", "b", large.slice(0, 70_000), large.slice(70_000), "cd"].map(bytesOf);
      for (const [index, piece] of pieces.entries()) {
        if (index === askAt) whole = body.whole();
        body.push(piece);
      }
      body.end();
      whole ??= body.whole();
      await turn.settle();
      const came = await whole;
      expect(came.map(latin1).join("") === `ab${large}cd`).toBe(true);
      for (const piece of pieces.slice(2, 4)) expect(came).toContain(piece);
    }
  });

  it("comes in few pieces, however short those were that it came in", async () => {
    for (const isAskedFirst of [true, false]) {
      const body = bodyOf(30_000);
      const early = isAskedFirst ? body.whole() : undefined;
      for (let count = 0; count < 30_000; count++) body.push(bytesOf("a"));
      body.end();
      const whole = early ?? body.whole();
      await turn.settle();
      expect((await whole).map(({ byteLength }) => byteLength)).toEqual([1, 29_999]);
    }
  });

  it("is not held back once it is asked for", () => {
    const body = bodyOf();
    body.push(bytesOf(large));
    expect(asked).toEqual(["pause"]);
    void body.bytes();
    body.push(bytesOf(large));
    expect(asked).toEqual(["pause", "resume"]);
  });

  it("fails where it breaks off, before it is asked for and after", async () => {
    for (const isAskedFirst of [true, false]) {
      const body = bodyOf(10);
      body.push(bytesOf("half"));
      const whole = isAskedFirst ? body.bytes() : undefined;
      body.fail(new Error("lost"));
      body.push(bytesOf("of it"));
      body.end();
      await expect(whole ?? body.bytes()).rejects.toThrow("lost");
      await expect(body.whole()).rejects.toThrow("lost");
    }
  });

  it("takes no memory that was only announced, where that is more than anybody has", async () => {
    const body = bodyOf(Number.MAX_SAFE_INTEGER);
    const whole = body.bytes();
    body.push(bytesOf("a"));
    body.fail(new Error("lost"));
    await expect(whole).rejects.toThrow("lost");
  });
});

describe("a body that is read piece by piece", () => {
  it("comes in order, however reading and coming alternate", async () => {
    const body = bodyOf();
    const whole = readAll(body.pieces());
    for (const piece of ["one ", "two ", "", "three "]) {
      body.push(bytesOf(piece));
      body.push(bytesOf("and "));
      await turn.settle();
    }
    body.push(bytesOf("last"));
    body.end();
    await turn.settle();
    expect(await whole).toBe("one and two and and three and last");
  });

  it("is held back while nobody reads, and goes on when somebody does", async () => {
    const body = bodyOf();
    const reader = body.pieces();
    body.push(bytesOf(large));
    body.push(bytesOf(large));
    expect(asked).toEqual(["pause"]);
    let read = 0;
    while (read < 2 * large.length) {
      const { value } = await reader.read();
      expect(value?.byteLength).toBeLessThanOrEqual(64 * 1024);
      read += value?.byteLength ?? 0;
    }
    expect(asked).toEqual(["pause"]);
    const next = reader.read();
    expect(asked).toEqual(["pause", "resume"]);
    body.push(bytesOf("more"));
    await turn.settle();
    expect((await next).done).toBe(false);
  });

  it("fails after what came before it broke off", async () => {
    const body = bodyOf();
    const reader = body.pieces();
    const first = reader.read();
    body.push(bytesOf("half"));
    body.fail(new Error("lost"));
    await turn.settle();
    expect(latin1((await first).value ?? new Uint8Array())).toBe("half");
    await expect(reader.read()).rejects.toThrow("lost");
  });

  it("whose reader leaves tells so once, and ends for who still waits", async () => {
    const body = bodyOf();
    const reader = body.pieces();
    const waiting = reader.read();
    await reader.cancel();
    await reader.cancel();
    expect(asked).toEqual(["leave"]);
    expect((await waiting).done).toBe(true);
  });

  it("that has ended is not left", async () => {
    const body = bodyOf();
    body.end();
    await body.pieces().cancel();
    expect(asked).toEqual([]);
  });
});

describe("a body as a stream", () => {
  it.each([0, 1, 2])("has all of it, where it is asked for after %i pieces", async (askAt) => {
    const body = bodyOf();
    let stream: ReadableStream<Uint8Array> | undefined;
    for (const [index, piece] of ["one ", "two "].entries()) {
      if (index === askAt) stream = body.stream();
      body.push(bytesOf(piece));
    }
    if (askAt < 2) body.push(bytesOf("three"));
    body.end();
    stream ??= body.stream();
    expect(await new Response(stream).text()).toBe(askAt < 2 ? "one two three" : "one two ");
  });

  it("is held back at its reader's pace", async () => {
    const body = bodyOf();
    const reader = body.stream().getReader();
    body.push(bytesOf("one"));
    body.push(bytesOf("two"));
    expect(asked).toEqual(["pause"]);
    await reader.read();
    await reader.read();
    await turn.settle();
    expect(asked).toEqual(["pause", "resume"]);
  });

  it("fails where the body does, before and after", async () => {
    const [before, after] = [bodyOf(), bodyOf()];
    before.fail(new Error("lost"));
    const late = after.stream();
    after.fail(new Error("lost"));
    await expect(before.stream().getReader().read()).rejects.toThrow("lost");
    await expect(late.getReader().read()).rejects.toThrow("lost");
  });

  it("whose reader leaves tells so, and takes no more", async () => {
    const body = bodyOf();
    await body.stream().cancel();
    body.push(bytesOf("more"));
    body.end();
    expect(asked).toEqual(["leave"]);
  });
});

it("a body that nobody wants lets what holds it back go, and passes the rest over", () => {
  const body = bodyOf();
  body.push(bytesOf(large));
  body.discard();
  body.push(bytesOf(large));
  expect(asked).toEqual(["pause", "resume"]);
});
