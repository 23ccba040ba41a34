/** What comes up together is done together, in its order. */
import { connect } from "node:net";
import { expect, it } from "vitest";
import { Answer } from "../../src/http1/light-response.ts";
import { listenOnNode } from "../../src/entry/node/listener.ts";
import { whenAllIsDone, whenAllIsRead } from "../../src/entry/turn.ts";

it("waits for the end of the turn with what was read, and goes on with what follows from it step by step", async () => {
  const done: string[] = [];
  const { promise: over, resolve } = Promise.withResolvers<void>();
  for (const name of ["a", "b"]) {
    whenAllIsRead(() => {
      void Promise.resolve()
        .then(() => done.push(`${name}: first`))
        .then(() => done.push(`${name}: second`))
        .then(() => whenAllIsDone(() => done.push(`${name}: out`)));
    });
  }
  queueMicrotask(() => done.push("the turn's own"));
  whenAllIsRead(() => setImmediate(resolve));
  await over;
  expect(done).toEqual([
    "the turn's own",
    "a: first",
    "b: first",
    "a: second",
    "b: second",
    "a: out",
    "b: out",
  ]);
});

it("leaves what comes up during the work to the next round", async () => {
  const done: string[] = [];
  await new Promise<void>((resolve) => {
    whenAllIsRead(() => {
      done.push("one");
      whenAllIsRead(() => {
        done.push("three");
        resolve();
      });
    });
    whenAllIsRead(() => done.push("two"));
  });
  expect(done).toEqual(["one", "two", "three"]);
});

it("keeps apart what many clients asked at the same time", async () => {
  const listener = await listenOnNode(async (request) => new Answer(await request.text(), 200, new Map()), {
    host: "127.0.0.1",
    port: 0,
  });
  const heard = await Promise.all(
    Array.from({ length: 50 }, (_none, index) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      let text = "";
      const socket = connect(listener.port, "127.0.0.1");
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("close", () => resolve(text));
      const body = `body ${index}`;
      socket.write(
        `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return promise;
    }),
  );
  expect(heard.map((text) => text.split("\r\n\r\n")[1])).toEqual(
    heard.map((_text, index) => `body ${index}`),
  );
  await listener.stop(0);
});
