import { describe, expect, it } from "vitest";
import { HeaderView } from "../../src/http1/header-view.ts";

const view = () =>
  new HeaderView(
    new Map<string, string | readonly string[]>([
      ["content-type", "text/plain"],
      ["x-many", "a, b"],
      ["set-cookie", ["a=1", "b=2"]],
    ]),
  );

describe("a view of headers", () => {
  it("answers in any case, with null for what is not there", () => {
    const headers = view();
    expect([headers.get("Content-Type"), headers.get("gone"), headers.get("constructor")]).toEqual([
      "text/plain",
      null,
      null,
    ]);
    expect([headers.has("X-Many"), headers.has("x-few")]).toEqual([true, false]);
  });

  it("gives each cookie by itself, and all else once", () => {
    const pairs = [
      ["content-type", "text/plain"],
      ["x-many", "a, b"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ];
    expect([...view()]).toEqual(pairs);
    expect(view().getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([...view().keys()]).toEqual(pairs.map(([name]) => name));
    expect([...view().values()]).toEqual(pairs.map(([, value]) => value));
    const seen: string[] = [];
    view().forEach((value, name) => seen.push(`${name}: ${value}`));
    expect(seen).toHaveLength(4);
  });

  it("changes like the platform's own, and fills one", () => {
    const headers = view();
    headers.append("x-many", "c");
    headers.delete("content-type");
    headers.set("x-new", "1");
    expect([headers.get("x-many"), headers.has("content-type"), headers.get("x-new")]).toEqual([
      "a, b, c",
      false,
      "1",
    ]);
    expect(new Headers([...headers]).get("x-new")).toBe("1");
  });
});
