/** State in memory: bounded, and forgotten in time. */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/store/key-value.ts";

describe("a store in memory", () => {
  it("forgets what was used the longest ago when it is full", async () => {
    const store = createMemoryStore(10_000, () => 0);
    for (const key of ["a", "b", "c"]) await store.set(key, "x".repeat(1_200), 1_000);
    await store.get("a");
    await store.set("d", "x".repeat(1_200), 1_000);
    const found = await Promise.all(["a", "b", "c", "d"].map((key) => store.get(key)));
    expect(found.map((value) => value?.length)).toEqual([1_200, undefined, 1_200, 1_200]);
  });

  it("takes nothing that is larger than itself", async () => {
    const store = createMemoryStore(1_000, () => 0);
    await store.set("a", "x".repeat(1_000), 1_000);
    expect(await store.get("a")).toBeUndefined();
  });

  it("forgets after the lifetime, counted from the last use", async () => {
    let time = 1;
    const store = createMemoryStore(1_000, () => time);
    await store.set("a", "1", 100);
    time += 100;
    expect(await store.get("a")).toBe("1");
    time += 100;
    expect(await store.get("a")).toBe("1");
    time += 101;
    expect(await store.get("a")).toBeUndefined();
  });

  it("tells whether there was something to delete", async () => {
    const store = createMemoryStore(1_000, () => 0);
    await store.set("a", "1", 100);
    expect([await store.delete("a"), await store.delete("a")]).toEqual([true, false]);
  });
});
