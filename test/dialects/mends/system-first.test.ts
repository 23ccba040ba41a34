/** Messages in the order that strict chat templates want. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { runRequest } from "../../support/run-mends.ts";

const say = (role: string, content: unknown, more: JsonObject = {}) => ({ role, content, ...more });
const order = async (messages: readonly JsonObject[], mergesSystem = true) =>
  runRequest({ messages }, { only: ["system-first"], options: { mergesSystem } });

const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };

describe("with merge_system", () => {
  it.each([
    [
      "system messages from anywhere become one at the start",
      [say("user", "a"), say("system", "s1"), say("assistant", "b"), say("system", "s2")],
      [say("system", "s1\n\ns2"), say("user", "a"), say("assistant", "b")],
    ],
    [
      "neighbours of one role become one, their images kept",
      [say("user", "a"), say("user", [image]), say("assistant", "b"), say("assistant", "c")],
      [say("user", [{ type: "text", text: "a" }, image]), say("assistant", "b\n\nc")],
    ],
    [
      "turns that only a system message kept apart become one",
      [say("user", "a"), say("system", "s"), say("user", "b")],
      [say("system", "s"), say("user", "a\n\nb")],
    ],
  ])("%s", async (_name, sent, expected) => {
    const { body, applied } = await order(sent);
    expect(body["messages"]).toEqual(expected);
    expect(applied).toEqual(["system-first"]);
  });

  it("calls and their results stay apart", async () => {
    const sent = [
      say("user", "a"),
      say("assistant", "", { tool_calls: [{ id: "1" }] }),
      say("tool", "x", { tool_call_id: "1" }),
      say("tool", "y", { tool_call_id: "2" }),
      say("assistant", "b"),
    ];
    expect((await order(sent)).applied).toEqual([]);
  });
});

it("without it nothing is moved", async () => {
  expect((await order([say("user", "a"), say("system", "s")], false)).applied).toEqual([]);
});
