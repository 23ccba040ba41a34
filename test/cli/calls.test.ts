import { describe, expect, it } from "vitest";
import { type CallHandlers, type Calls, createCalls } from "../../src/cli/calls.ts";
import { settlePromises } from "../support/fake-runtime.ts";

/** Two ends of one line; messages go through JSON, as they do between processes. */
function connect(left: CallHandlers, right: CallHandlers): readonly [Calls, Calls] {
  const over = (other: () => Calls) => ({
    send: (message: object) => {
      const written = JSON.stringify(message);
      queueMicrotask(() => other().receive(JSON.parse(written)));
    },
  });
  const ends: readonly [Calls, Calls] = [
    createCalls(
      over(() => ends[1]),
      left,
    ),
    createCalls(
      over(() => ends[0]),
      right,
    ),
  ];
  return ends;
}

const upper: CallHandlers = { upper: async (text) => text.toUpperCase() };

describe("calls between processes", () => {
  it("go both ways at once, and each gets its own answer", async () => {
    const [left, right] = connect({ length: (text) => String(text.length) }, upper);
    const asked = [left.call("upper", "a"), right.call("length", "four"), left.call("upper", "b")];
    expect(await Promise.all(asked)).toEqual(["A", "4", "B"]);
  });

  it("tell why the other end failed", async () => {
    const [left] = connect({}, { fail: () => Promise.reject(new Error("no such seat")) });
    await expect(left.call("fail")).rejects.toThrow("no such seat");
    await expect(left.call("missing")).rejects.toThrow("there is no call missing");
  });

  it("fail when the line goes down, and where it is down", async () => {
    const silent = createCalls({ send: () => {} }, {});
    const asked = silent.call("anything");
    silent.end();
    await expect(asked).rejects.toThrow("gone");
    const broken = createCalls(
      {
        send: () => {
          throw new Error("the channel is closed");
        },
      },
      upper,
    );
    await expect(broken.call("anything")).rejects.toThrow("closed");
    broken.receive({ call: 1, name: "upper", text: "x" });
    await settlePromises();
  });

  it.each([undefined, "text", { cmd: "NODE_HANDLE" }, { reply: 7, text: "late" }, { call: "1" }])(
    "pass over what is no call of theirs: %j",
    (message) => {
      const calls = createCalls({ send: () => expect.unreachable() }, upper);
      calls.receive(message);
    },
  );
});
