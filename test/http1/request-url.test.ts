import { expect, it } from "vitest";
import { RequestUrls, requestUrl } from "../../src/http1/request-url.ts";

const cases: readonly (readonly [host: string | undefined, target: string, url: string | undefined])[] = [
  ["box:8080", "/v1/models?limit=2", "http://box:8080/v1/models?limit=2"],
  ["box", "/v1//models/a%2Fb", "http://box/v1//models/a%2Fb"],
  [undefined, "/", "http://localhost/"],
  ["box:65535", "/v1", "http://box:65535/v1"],
  ["box:65536", "/v1", undefined],
  ["box:99999", "/v1", undefined],
  ["[::1]:8080", "/v1", "http://[::1]:8080/v1"],
  ["box", "/v1/../health", "http://box/health"],
  ["box", "/v1/é", "http://box/v1/%C3%A9"],
  ["box", "*", "http://box/"],
  ["box", "http://other/v1", "http://other/v1"],
  ["box", "v1", undefined],
  ["", "/v1", undefined],
  ["a b", "/v1", undefined],
  ["user@box", "/v1", undefined],
  ["box/evil", "/v1", undefined],
];

it.for(cases)("makes of host %s and target %s the URL %s", ([host, target, url]) => {
  expect(requestUrl(host, target)).toBe(url);
});

it("makes each URL of its own host and target, whatever was asked for before", () => {
  const urls = new RequestUrls();
  const asked = (host: string | undefined, target: string) =>
    urls.of({ fields: new Map(host === undefined ? [] : [["host", host]]), target });
  for (const round of [1, 2]) {
    expect([round, asked("box", "/a"), asked("box", "/a")]).toEqual([round, "http://box/a", "http://box/a"]);
    expect([asked("other", "/a"), asked("other", "/b")]).toEqual(["http://other/a", "http://other/b"]);
    expect([asked("a b", "/b"), asked(undefined, "/b")]).toEqual([undefined, "http://localhost/b"]);
  }
});
