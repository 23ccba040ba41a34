import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryLimiters } from "../../src/admission/memory-limiters.ts";

const start = 1_000_000;
beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

const rule = { points: 10, windowSeconds: 60 };
const open = () => createMemoryLimiters().open(rule);

describe("a limiter in memory", () => {
  it("counts down to nothing, and tells when the window ends", async () => {
    const limiter = open();
    expect(await limiter.take("a", 4, Date.now())).toEqual({
      isAllowed: true,
      limit: 10,
      used: 4,
      remaining: 6,
      resetAt: start + 60_000,
    });
    vi.advanceTimersByTime(10_000);
    const rest = await limiter.take("a", 6, Date.now());
    expect(rest).toMatchObject({ isAllowed: true, used: 10, remaining: 0, resetAt: start + 60_000 });
    expect(await limiter.take("a", 1, Date.now())).toMatchObject({
      isAllowed: false,
      used: 10,
      remaining: 0,
    });
  });

  it("takes all or nothing: what was refused does not count", async () => {
    const limiter = open();
    await limiter.take("a", 7, start);
    expect(await limiter.take("a", 4, start)).toMatchObject({ isAllowed: false, used: 7, remaining: 3 });
    expect(await limiter.take("a", 3, start)).toMatchObject({ isAllowed: true, remaining: 0 });
  });

  it("starts anew when the window ends, and not a moment before", async () => {
    const limiter = open();
    await limiter.take("a", 10, start);
    vi.advanceTimersByTime(59_999);
    expect((await limiter.take("a", 1, Date.now())).isAllowed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await limiter.take("a", 1, Date.now())).toMatchObject({ isAllowed: true, remaining: 9 });
  });

  it("keeps keys apart", async () => {
    const limiter = open();
    await limiter.take("a", 10, start);
    expect((await limiter.take("b", 10, start)).isAllowed).toBe(true);
  });

  it("charges over the limit, and gives back", async () => {
    const limiter = open();
    await limiter.charge("a", 25, start);
    expect(await limiter.take("a", 1, start)).toMatchObject({ isAllowed: false, used: 25, remaining: 0 });
    await limiter.charge("a", -20, start);
    expect(await limiter.take("a", 5, start)).toMatchObject({ isAllowed: true, used: 10 });
  });

  it("holds the limit exactly when many ask at once", async () => {
    const limiter = open();
    const verdicts = await Promise.all(Array.from({ length: 500 }, () => limiter.take("a", 1, start)));
    expect(verdicts.filter(({ isAllowed }) => isAllowed)).toHaveLength(10);
  });

  it("goes on with the same counts when the same rule is opened again, as after a reload", async () => {
    const limiters = createMemoryLimiters();
    await limiters.open(rule).take("a", 10, start);
    expect((await limiters.open({ ...rule }).take("a", 1, start)).isAllowed).toBe(false);
    expect((await limiters.open({ ...rule, points: 20 }).take("a", 1, start)).isAllowed).toBe(true);
  });

  it("forgets who has not asked for longest, so that anybody's addresses do not fill the memory", async () => {
    vi.useRealTimers();
    const limiter = open();
    await limiter.take("early", 10, Date.now());
    await limiter.take("faithful", 10, Date.now());
    for (let count = 0; count < 100_000; count++) {
      await limiter.take(`10.0.${count >> 8}.${count & 255}`, 1, Date.now());
      if (count % 50_000 === 0) await limiter.charge("faithful", 1, Date.now());
    }
    await limiter.charge("early", -10, Date.now());
    expect(await limiter.take("early", 10, Date.now())).toMatchObject({ isAllowed: true, used: 10 });
    expect(await limiter.take("faithful", 1, Date.now())).toMatchObject({ isAllowed: false });
  });
});
