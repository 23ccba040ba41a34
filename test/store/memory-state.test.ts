/** The embedded form keeps the contract of the shared state. */
import { describe, expect, it } from "vitest";
import { createMemoryState } from "../../src/store/memory-state.ts";
import { keepsTheContract } from "./contract.ts";

describe("state in memory", () => {
  keepsTheContract(async () => ({
    state: createMemoryState(16 * 1024 * 1024, () => Date.now()),
    end: async () => {},
  }));

  it("is what it is by choice", () => {
    expect(createMemoryState(1_000, () => 0).status()).toEqual({ mode: "memory" });
  });
});
