/** Kept responses belong to one owner, whatever the owners and the ids are called. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/store/key-value.ts";
import { openResponses, type StoredResponse } from "../../src/store/responses.ts";

const lifetimeMs = 1_000;
const openStore = () => createMemoryStore(100_000, () => 0);

const stored = (id: string, itemId = "msg_1"): StoredResponse => ({
  response: { id, output: [{ type: "message", id: itemId }] },
  input: "Hi",
  previousId: null,
});

describe("a kept response", () => {
  it("is found by its owner, and so are its items", async () => {
    const responses = openResponses(openStore(), "team alpha", lifetimeMs);
    await responses.keep("resp_1", stored("resp_1"));
    expect(await responses.find("resp_1")).toEqual(stored("resp_1"));
    expect(await responses.findItem("msg_1")).toEqual({ type: "message", id: "msg_1" });
    expect(await responses.remove("resp_1")).toBe(true);
    expect(await responses.find("resp_1")).toBeUndefined();
  });

  it("is not found by an owner whose name is the start of its owner's", async () => {
    const store = openStore();
    await openResponses(store, "team alpha", lifetimeMs).keep("resp_1", stored("resp_1"));
    const others = openResponses(store, "team", lifetimeMs);
    expect(await others.find("alpha resp_1")).toBeUndefined();
    expect(await others.remove("alpha resp_1")).toBe(false);
  });

  it("is not found by an item's id, nor an item by a response's", async () => {
    const store = openStore();
    await openResponses(store, "item team", lifetimeMs).keep("resp_1", stored("resp_1"));
    await openResponses(store, "team", lifetimeMs).keep("resp_2", stored("resp_2", "resp_1"));
    expect(await openResponses(store, "item team", lifetimeMs).find("resp_1")).toEqual(stored("resp_1"));
  });

  const words = fc.array(fc.constantFrom("item", "a", '"', "\\", ","), { minLength: 1, maxLength: 4 });

  it("is found under its own owner and id alone, wherever else the two could be told apart", async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.nat(4), fc.nat(4), async (parts, cut, otherCut) => {
        const store = openStore();
        const split = (at: number) => [parts.slice(0, at).join(" "), parts.slice(at).join(" ")] as const;
        const [owner, id] = split(cut);
        const [other, otherId] = split(otherCut);
        await openResponses(store, owner, lifetimeMs).keep(id, stored(id));
        const found = await openResponses(store, other, lifetimeMs).find(otherId);
        expect(found !== undefined).toBe(owner === other && id === otherId);
      }),
    );
  });
});
