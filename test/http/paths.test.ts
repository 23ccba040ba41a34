import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forwardQuery, pathOf, routePath, tidyPath, upstreamPath } from "../../src/http/paths.ts";

describe("pathOf", () => {
  it.each([
    ["http://h", "/"],
    ["http://h/", "/"],
    ["http://h/v1/models", "/v1/models"],
    ["http://h:1/v1/models?x=/y", "/v1/models"],
    ["https://h/a%2Fb#c?d", "/a%2Fb"],
    ["http://h/v1//models/", "/v1//models/"],
  ])("of %s is %s", (url, path) => {
    expect(pathOf(url)).toBe(path);
  });
});

describe("forwardQuery", () => {
  it.each([
    ["http://h/a", ""],
    ["http://h/a?", "?"],
    ["http://h/a?b=1&c=%20", "?b=1&c=%20"],
    ["http://h/a?b=1#c", "?b=1"],
    ["http://h/a?api-version=2024-06-01", ""],
    ["http://h/a?b=1&api-version=2024-06-01&c=2", "?b=1&c=2"],
  ])("of %s is %s", (url, query) => {
    expect(forwardQuery(url)).toBe(query);
  });
});

describe("routePath", () => {
  it.each([
    ["/", "/"],
    ["/v1", "/"],
    ["/v1/", "/"],
    ["/v1/models", "/models"],
    ["/models", "/models"],
    ["//v1//models//", "/models"],
    ["/v1/v1/models", "/models"],
    ["/v1beta/models", "/v1beta/models"],
    ["/v1/models/a%2Fb", "/models/a%2Fb"],
  ])("of %s is %s", (path, route) => {
    expect(routePath(path)).toBe(route);
  });

  it("changes nothing the second time", () => {
    const segment = fc.constantFrom("v1", "models", "", "a", "v1x");
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const once = routePath(`/${segments.join("/")}`);
        expect(routePath(once)).toBe(once);
        expect(tidyPath(once)).toBe(once);
      }),
    );
  });
});

describe("upstreamPath", () => {
  it.each([
    ["/v1/files", "/v1/files"],
    ["/files", "/v1/files"],
    ["/v1/anything", "/v1/anything"],
    ["/anything", "/anything"],
    ["/api/v0/models", "/api/v0/models"],
    ["/v1//audio/speech/", "/v1/audio/speech"],
  ])("of %s is %s", (path, upstream) => {
    expect(upstreamPath(path)).toBe(upstream);
  });
});
