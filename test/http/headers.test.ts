import { describe, expect, it } from "vitest";
import { forwardRequestHeaders, forwardResponseHeaders, mediaType } from "../../src/http/headers.ts";

describe("forwardRequestHeaders", () => {
  const sent = (headers: Record<string, string>) =>
    Object.fromEntries(forwardRequestHeaders(new Headers(headers)));

  it.each([
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "expect",
    "authorization",
    "api-key",
    "x-api-key",
    "cookie",
    "origin",
    "referer",
    "openai-organization",
    "openai-project",
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-for",
    "cf-ray",
    "x-stainless-os",
    "sec-fetch-mode",
  ])("withholds %s", (name) => {
    expect(sent({ [name]: "value", accept: "a" })).toEqual({ accept: "a", "accept-encoding": "identity" });
  });

  it("withholds what Connection names, in any case and spacing", () => {
    const headers = { connection: "close,  X-Hop ,x-other", "x-hop": "1", "x-other": "2", "x-kept": "3" };
    expect(sent(headers)).toEqual({ "x-kept": "3", "accept-encoding": "identity" });
  });

  it("asks for an answer that is not compressed, whatever the client accepts", () => {
    expect(sent({ "accept-encoding": "gzip, br" })).toEqual({ "accept-encoding": "identity" });
  });
});

describe("forwardResponseHeaders", () => {
  it("withholds what speaks of the connection, of the body's coding and of the backend", () => {
    const headers = new Headers({
      connection: "x-hop",
      "x-hop": "1",
      "content-length": "5",
      "content-encoding": "gzip",
      etag: "e",
      "x-powered-by": "Express",
      server: "llama.cpp",
      "access-control-allow-origin": "",
      "retry-after": "7",
      "content-type": "audio/mpeg",
    });
    expect(Object.fromEntries(forwardResponseHeaders(headers))).toEqual({
      "content-type": "audio/mpeg",
      "retry-after": "7",
    });
  });
});

describe("mediaType", () => {
  it.each([
    ["application/json", "application/json"],
    ["Text/Event-Stream; charset=utf-8", "text/event-stream"],
    [undefined, ""],
  ])("of %s is %s", (value, type) => {
    expect(mediaType(new Headers(value === undefined ? {} : { "content-type": value }))).toBe(type);
  });
});
