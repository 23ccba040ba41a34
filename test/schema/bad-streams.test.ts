/** The check of answers finds what is wrong with chat and completion streams. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import { chatPath, chatStream, frames, streamed, toolStream, withUsage } from "./exchanges.ts";
import { completionChunk, call, chatChunk, error, finish, role, text, usage } from "./openai-objects.ts";

const noUsage = { usage: null };

const cases: readonly (readonly [string, Recorded, string])[] = [
  ["no [DONE]", chatStream(role, text, finish), "stream ends without [DONE] and without an error"],
  ["[DONE] after an error", chatStream(role, text, error(), "[DONE]"), "frame 3 comes after the error"],
  ["frames after [DONE]", chatStream(role, finish, "[DONE]", text), "frame 3 comes after [DONE]"],
  ["an error as a string", chatStream(role, { error: "No." }), 'frame 1/error must be object, is "No."'],
  [
    "the role twice",
    chatStream(role, chatChunk({ role: "assistant", content: "a" }), finish, "[DONE]"),
    "frame 1/choices/0/delta/role is told again",
  ],
  [
    "no role",
    chatStream(text, finish, "[DONE]"),
    "frame 0/choices/0/delta/role is missing in the first delta",
  ],
  [
    "null content",
    chatStream(chatChunk({ role: "assistant", content: null }), finish, "[DONE]"),
    "frame 0/choices/0/delta/content is null",
  ],
  ["no finish reason", chatStream(role, text, "[DONE]"), "frame 1/choices/0 never gets a finish reason"],
  [
    "two finish reasons",
    chatStream(role, finish, finish, "[DONE]"),
    "frame 2/choices/0 finishes a second time",
  ],
  [
    "text after the finish",
    chatStream(role, finish, text, "[DONE]"),
    "frame 2/choices/0 comes after the finish reason",
  ],
  [
    "a chunk without the finish key",
    chatStream(role, chatChunk({}, { finish_reason: undefined }), finish, "[DONE]"),
    "frame 1/choices/0/finish_reason is missing",
  ],
  [
    "another id",
    chatStream(role, { ...text, id: "chatcmpl-2" }, finish, "[DONE]"),
    "frame 1/id is another than in the first chunk",
  ],
  [
    "an empty list of choices",
    chatStream(role, { ...text, choices: [] }, finish, "[DONE]"),
    "frame 1/choices are empty",
  ],
  [
    "timings",
    chatStream(role, { ...finish, timings: {} }, "[DONE]"),
    "frame 1/timings is unknown to the schema",
  ],
  [
    "an unknown key of a delta",
    chatStream(role, chatChunk({ reasoning: "Hm." }), finish, "[DONE]"),
    "frame 1/choices/0/delta/reasoning is unknown to the schema",
  ],
  [
    "usage that nobody asked for",
    chatStream(role, { ...finish, usage }, "[DONE]"),
    "frame 1/usage is there though not asked for",
  ],
  [
    "usage not null before the end",
    withUsage(role, { ...finish, ...noUsage }, { ...finish, choices: [], usage }, "[DONE]"),
    "frame 0/usage is not null before the last chunk",
  ],
  [
    "no usage at the end",
    withUsage({ ...role, ...noUsage }, { ...finish, ...noUsage }, "[DONE]"),
    "frame 1/usage is missing in the last chunk",
  ],
  [
    "usage beside a choice",
    withUsage({ ...role, ...noUsage }, { ...finish, usage }, "[DONE]"),
    "frame 1/choices are not empty beside the usage",
  ],
  [
    "an empty list of tool calls",
    chatStream(role, chatChunk({ tool_calls: [] }), finish, "[DONE]"),
    "delta/tool_calls is an empty list",
  ],
  [
    "a tool call without an id",
    toolStream({ index: 0, type: "function", function: { name: "f", arguments: "" } }),
    "tool_calls/0/id is missing in the call's first piece",
  ],
  [
    "a tool call's name twice",
    toolStream({ index: 0, ...call }, { index: 0, function: { name: "look", arguments: "" } }),
    "tool_calls/0/name is told again",
  ],
  [
    "one choice of two",
    streamed(chatPath, { n: 2 }, frames(role, finish, "[DONE]")),
    "stream has 1 choices where 2 were asked for",
  ],
  [
    "an event line",
    streamed(chatPath, {}, `event: message\n${frames(role, finish, "[DONE]")}`),
    "frame 0 has an event line: message",
  ],
  [
    "two data lines in a frame",
    streamed(chatPath, {}, `data: {\ndata: }\n\n${frames(role, finish, "[DONE]")}`),
    "frame 0 has 2 data lines",
  ],
  [
    "data without a space",
    streamed(chatPath, {}, frames(role, finish, "[DONE]").replace("data: ", "data:")),
    "frame 0 has a line of another kind",
  ],
  [
    "carriage returns",
    streamed(chatPath, {}, frames(role, finish, "[DONE]").replaceAll("\n", "\r\n")),
    "stream has carriage returns",
  ],
  [
    "half a frame",
    streamed(chatPath, {}, frames(role, finish, "[DONE]").trimEnd()),
    "stream ends inside a frame",
  ],
  ["no JSON", chatStream(role, "{", finish, "[DONE]"), "frame 1 must be object, is undefined"],
  [
    "a stream that was not asked for",
    { ...chatStream(role, finish, "[DONE]"), request: "{}" },
    "answer is a stream though not asked for",
  ],
  [
    "another object in a completion stream",
    streamed(
      "/v1/completions",
      {},
      frames({ ...completionChunk("", "stop"), object: "text_completion.chunk" }, "[DONE]"),
    ),
    'frame 0/object must be one of ["text_completion"]',
  ],
];

it.for(cases)("finds %s", ([, recorded, deviation]) => {
  expect(findDeviations(recorded)).toContainEqual(expect.stringContaining(deviation));
});
