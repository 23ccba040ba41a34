import { describe, expect, it } from "vitest";
import { finishReason as mend } from "../../../src/dialects/mends/finish-reason.ts";
import {
  answerOf,
  chunkOf,
  choicesOf,
  deltasOf,
  factsOf,
  finishesOf,
  firstOf,
  runAnswer,
  runStream,
  spoken,
} from "./answers.ts";

const call = { index: 0, id: "a", type: "function", function: { name: "f", arguments: '{"a":1}' } };
const cutCall = { ...call, function: { name: "f", arguments: '{"a"' } };

describe("finish-reason in an answer", () => {
  it.each([
    ["", "stop"],
    [null, "stop"],
    ["eos", "stop"],
    ["eos_token", "stop"],
    ["stop_sequence", "stop"],
    ["end_turn", "stop"],
    ["max_tokens", "length"],
    ["contextLengthReached", "length"],
    ["maxPredictedTokensReached", "length"],
    ["tool_use", "tool_calls"],
    ["safety", "content_filter"],
  ])("makes of %j %s", (before, after) => {
    expect(firstOf(runAnswer([mend], answerOf({ content: "x" }, before)).body)["finish_reason"]).toBe(after);
  });

  it.each(["stop", "length", "tool_calls", "content_filter", "function_call"])("leaves %s", (reason) => {
    expect(runAnswer([mend], answerOf({ content: "x" }, reason)).applied).toEqual([]);
  });

  it.each([
    ["stop", call, "tool_calls"],
    ["", call, "tool_calls"],
    ["length", call, "length"],
    ["stop", cutCall, "stop"],
  ])("told %j with the call %j says %s", (before, tool, after) => {
    const { body } = runAnswer([mend], answerOf({ content: "", tool_calls: [tool] }, before));
    expect(firstOf(body)["finish_reason"]).toBe(after);
  });

  it("fills a missing one", () => {
    const { finish_reason: _reason, ...choice } = firstOf(answerOf({ content: "x" }));
    const { body } = runAnswer([mend], { ...answerOf({}), choices: [choice] });
    expect(firstOf(body)["finish_reason"]).toBe("stop");
  });
});

describe("finish-reason in a stream", () => {
  it("is null, and there, until the last chunk", () => {
    const { finish_reason: _reason, ...bare } = firstOf(spoken("a"));
    const chunks = [{ ...spoken("a"), choices: [bare] }, chunkOf({ content: "b" }, ""), chunkOf({}, "eos")];
    const { sent } = runStream([mend], chunks);
    expect(choicesOf(sent).map((choice) => choice["finish_reason"])).toEqual([null, null, "stop"]);
  });

  it("comes once, whatever follows", () => {
    const { sent } = runStream(
      [mend],
      [chunkOf({}, "stop"), chunkOf({}, "stop"), chunkOf({ content: "x" }, "stop")],
    );
    expect(finishesOf(sent)).toEqual(["stop"]);
    expect(deltasOf(sent)).toEqual([{}, { content: "x" }]);
  });

  it("is made at the end of a stream that had none, before the usage", () => {
    const usage = { ...chunkOf({}), choices: [], usage: { total_tokens: 3 } };
    const { sent } = runStream([mend], [spoken("a"), chunkOf({}, ""), usage]);
    expect(sent.map((chunk) => finishesOf([chunk]))).toEqual([[], [], ["stop"], []]);
    expect(sent.at(-1)).toEqual(usage);
  });

  it("is made for each choice, and for completions in their form", () => {
    const text = { ...chunkOf({}), choices: [{ index: 0, text: "a", logprobs: null, finish_reason: null }] };
    const { sent } = runStream([mend], [text], factsOf({}, "completions"));
    expect(choicesOf(sent).at(-1)).toEqual({ index: 0, text: "", logprobs: null, finish_reason: "stop" });
    const two = runStream(
      [mend],
      [chunkOf({ content: "a" }, null, 0), chunkOf({ content: "b" }, "length", 1)],
    ).sent;
    expect([finishesOf(two, 0), finishesOf(two, 1)]).toEqual([["stop"], ["length"]]);
  });

  it("is tool_calls after whole calls only", () => {
    const pieces = [
      chunkOf({ tool_calls: [cutCall] }),
      chunkOf({ tool_calls: [{ index: 0, function: { arguments: ":1}" } }] }),
    ];
    expect(finishesOf(runStream([mend], [...pieces, chunkOf({}, "stop")]).sent)).toEqual(["tool_calls"]);
    expect(finishesOf(runStream([mend], [...pieces.slice(0, 1), chunkOf({}, "stop")]).sent)).toEqual([
      "stop",
    ]);
    expect(finishesOf(runStream([mend], [...pieces, chunkOf({}, "length")]).sent)).toEqual(["length"]);
  });

  it("changes nothing in a stream that is right", () => {
    const usage = { ...chunkOf({}), choices: [], usage: { total_tokens: 3 } };
    expect(runStream([mend], [spoken("a"), chunkOf({}, "stop"), usage]).applied).toEqual([]);
  });
});
