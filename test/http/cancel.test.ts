import { describe, expect, it } from "vitest";
import { createCancellation } from "../../src/http/cancel.ts";
import { isSameSecret } from "../../src/http/constant-time.ts";
import { createRequestIds } from "../../src/http/request-id.ts";

describe("createCancellation", () => {
  it("keeps the first reason and aborts with a true AbortError", () => {
    const work = createCancellation(new AbortController().signal, "client-gone");
    work.cancel("idle-timeout");
    work.cancel("client-gone");
    expect(work.reason).toBe("idle-timeout");
    expect(work.signal.reason).toBeInstanceOf(DOMException);
    expect((work.signal.reason as DOMException).name).toBe("AbortError");
  });

  it("follows its parent under the name it was given", () => {
    const parent = new AbortController();
    const work = createCancellation(parent.signal, "client-gone");
    parent.abort("Error: aborted");
    expect(work.reason).toBe("client-gone");
    expect(work.signal.aborted).toBe(true);
  });

  it("is called off from the start where its parent is", () => {
    expect(createCancellation(AbortSignal.abort(), "client-gone").reason).toBe("client-gone");
  });

  it("hears nothing any more once the work has finished", () => {
    const parent = new AbortController();
    const work = createCancellation(parent.signal, "client-gone");
    work.finish();
    parent.abort();
    work.cancel("idle-timeout");
    expect(work.reason).toBeUndefined();
    expect(work.signal.aborted).toBe(false);
  });
});

describe("isSameSecret", () => {
  it.each([
    ["abc", "abc", true],
    ["abc", "abd", false],
    ["abc", "ab", false],
    ["", "", true],
    ["", "a", false],
    ["schlüssel", "schlüssel", true],
    ["a\u0000", "a", false],
  ])("of %j and %j is %s", (offered, expected, isSame) => {
    expect(isSameSecret(offered, expected)).toBe(isSame);
  });
});

describe("request ids", () => {
  const requestId = createRequestIds();

  it("are never the same, and come in order", () => {
    const minted = Array.from({ length: 40 }, () => requestId(null));
    expect(new Set(minted).size).toBe(40);
    expect(minted.toSorted()).toEqual(minted);
    expect(createRequestIds()(null).slice(0, 22)).not.toBe(minted[0]?.slice(0, 22));
  });

  it.each(["req_0123456789abcdef", "00-4bf92f3577b34da6-01", "a.b:c-d_e"])("keeps the client's %s", (id) => {
    expect(requestId(id)).toBe(id);
  });

  it.each([null, "", "short", "a b c d e f g h", "<script>alert(1)</script>", "x".repeat(129)])(
    "replaces %j",
    (id) => {
      expect(requestId(id)).toMatch(/^req_[0-9a-f]{32}$/);
    },
  );
});
