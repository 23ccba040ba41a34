/** A new model name in JSON that has been parsed: the same bytes as the way through all of them, or none. */
import { describe, expect, it } from "vitest";
import { replaceOnlyModel } from "../../../src/protocol/openai/only-model.ts";
import { encodeModelName, replaceModel } from "../../../src/protocol/openai/splice.ts";

const encoder = new TextEncoder();
const name = encodeModelName('lokal/größer "4"');

function replaceIn(json: string): { quick: string | undefined; thorough: string } {
  const bytes = encoder.encode(json);
  const quick = replaceOnlyModel(bytes, new TextDecoder().decode(bytes), name);
  const thorough = new TextDecoder().decode(replaceModel(bytes, ["model"], name));
  return { quick: quick && new TextDecoder().decode(quick), thorough };
}

describe("replaceOnlyModel", () => {
  it.each([
    ["first", '{"model":"a","messages":[]}'],
    ["last", '{"messages":[{"role":"user","content":"hi"}],"model":"a"}'],
    ["spaced", '{ "model" :\n\t "a" , "n": 1 }'],
    ["escaped", String.raw`{"model":"a\"b\\","n":1}`],
    ["before letters beyond ASCII", '{"model":"größe","content":"— é 😀"}'],
    ["after few letters", '{"user":"me","model":"a","content":"é"}'],
    [
      "beside a text that only speaks of it",
      String.raw`{"content":"the \"model\": \"x\" and model","model":"a"}`,
    ],
    ["empty", '{"model":""}'],
  ])("takes a model that stands %s", (_where, json) => {
    const { quick, thorough } = replaceIn(json);
    expect(quick).toBe(thorough);
    expect(quick).not.toBe(json);
  });

  it.each([
    ["the key stands twice", '{"model":"a","model":"b"}'],
    ["it also stands further in", '{"messages":[{"model":"x"}],"model":"a"}'],
    ["it is a value as well", '{"kind":"model","model":"a"}'],
    ["a letter of a key is escaped", String.raw`{"mod\u0065l":"b","x":"model"}`],
    ["a letter of another key is escaped", String.raw`{"model":"a","mod\u0065l":"b"}`],
    ["letters beyond ASCII stand before it", '{"content":"é","model":"a"}'],
    ["it is no text", '{"model":4}'],
    ["there is none", '{"n":1}'],
    ["the bytes begin with a mark", '\ufeff{"model":"a"}'],
  ])("leaves it where %s", (_why, json) => {
    expect(replaceIn(json).quick).toBeUndefined();
  });

  it("is not misled by bytes that are no UTF-8", () => {
    const bytes = encoder.encode('{"x":"??","model":"a","y":"é"}');
    bytes.set([0xff, 0xc3], 6);
    const quick = replaceOnlyModel(bytes, new TextDecoder().decode(bytes), name);
    expect(quick).toBeUndefined();
  });
});
