import { describe, expect, it } from "vitest";
import { chunkWithChoice, envelopeOf, PerChoice } from "../../../src/protocol/openai/stream-choices.ts";

describe("PerChoice", () => {
  it("makes one state for each choice, and tells them in the order in which the choices were met", () => {
    const states = new PerChoice<{ readonly number: number }>();
    let made = 0;
    const create = () => ({ number: ++made });
    expect([2, 0, 2, 1, 0].map((index) => states.of(index, create).number)).toEqual([1, 2, 1, 3, 2]);
    expect(states.entries()).toEqual([
      [2, { number: 1 }],
      [0, { number: 2 }],
      [1, { number: 3 }],
    ]);
  });

  it("looks at every state", () => {
    const states = new PerChoice<{ readonly isOpen: boolean }>();
    expect(states.some(() => true)).toBe(false);
    expect(states.entries()).toEqual([]);
    states.of(0, () => ({ isOpen: false }));
    expect(states.some(({ isOpen }) => isOpen)).toBe(false);
    states.of(1, () => ({ isOpen: true }));
    expect(states.some(({ isOpen }) => isOpen)).toBe(true);
  });
});

describe("envelopeOf", () => {
  const chunk = { id: "a", choices: [{ index: 0, delta: { content: "Hello" } }], usage: null, model: "m" };
  const envelope = envelopeOf(chunk, undefined);

  it("keeps no choice, and copies to what a whole chunk copies to", () => {
    expect(JSON.stringify(envelope)).not.toContain("Hello");
    const choice = { index: 0, delta: {} };
    expect(JSON.stringify(chunkWithChoice(envelope, choice))).toBe(
      JSON.stringify(chunkWithChoice(chunk, choice)),
    );
  });

  it("stays the same while only choices and usage change", () => {
    expect(envelopeOf({ ...chunk, choices: [], usage: { total_tokens: 1 } }, envelope)).toBe(envelope);
  });

  it.each([
    ["another value", { ...chunk, id: "b" }],
    ["a field more", { ...chunk, system_fingerprint: "f" }],
    ["a field less", { id: "a", choices: [], usage: null }],
    ["another order", { choices: [], id: "a", usage: null, model: "m" }],
  ])("is a new one after %s", (_what, other) => {
    const next = envelopeOf(other, envelope);
    expect(Object.keys(next)).toEqual(Object.keys(other));
    expect(next).toEqual({ ...other, choices: [] });
  });
});
