import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import { createCancellation } from "../../src/http/cancel.ts";
import { classifyFailure } from "../../src/upstream/failure.ts";
import { upstreamHeaders } from "../../src/upstream/request.ts";
import { failureOf } from "../../src/upstream/send.ts";

const backendOf = (extra: object = {}) =>
  createPlan(parseConfig({ backends: { box: { url: "http://10.50.10.14:1234", ...extra } } }))
    .backends[0] as BackendPlan;

const node = (code: string, message = "fetch failed") =>
  Object.assign(new TypeError(message, { cause: { code } }), {});
const bun = (code: string) => Object.assign(new TypeError("Unable to connect."), { code });
const deno = (text: string) =>
  new TypeError("fetch failed", { cause: new Error(`client error (Connect): ${text}`) });

describe("classifyFailure", () => {
  it.each([
    ["backend_refused", "safe", node("ECONNREFUSED")],
    ["backend_refused", "safe", bun("ECONNREFUSED")],
    ["backend_refused", "safe", bun("ConnectionRefused")],
    ["backend_refused", "safe", deno("tcp connect error: Connection refused (os error 111)")],
    ["backend_name_unknown", "safe", node("ENOTFOUND")],
    ["backend_name_unknown", "safe", node("EAI_AGAIN")],
    ["backend_name_unknown", "safe", deno("dns error: failed to lookup address information")],
    ["backend_tls_failed", "never", node("ERR_SSL_WRONG_VERSION_NUMBER")],
    ["backend_tls_failed", "never", bun("EPROTO")],
    ["backend_tls_failed", "never", node("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["backend_tls_failed", "never", deno("received corrupt message of type InvalidContentType")],
    ["backend_tls_failed", "never", deno("invalid peer certificate: UnknownIssuer")],
    ["backend_unreachable", "safe", node("EHOSTUNREACH")],
    ["backend_unreachable", "safe", node("UND_ERR_CONNECT_TIMEOUT")],
    ["backend_connection_lost", "never", node("ECONNRESET")],
    ["backend_connection_lost", "never", node("UND_ERR_SOCKET")],
    ["backend_connection_lost", "never", deno("Connection reset by peer (os error 104)")],
    ["backend_connection_lost", "never", new Error("Network connection lost.")],
    ["backend_connection_lost", "never", "Error: aborted"],
    ["backend_connection_lost", "never", undefined],
  ])("is %s, retry %s", (code, retry, thrown) => {
    const error = classifyFailure(thrown, backendOf());
    expect(error).toMatchObject({ status: 502, type: "server_error", code, retry });
    expect(error.message).toMatch(/^LM Studio at http:\/\/10\.50\.10\.14:1234 .*[?.]$/);
  });

  it("does not repeat what the runtime said, which may hold addresses", () => {
    expect(
      classifyFailure(new Error("internal error; reference = secret"), backendOf()).message,
    ).not.toContain("secret");
  });
});

describe("failureOf", () => {
  it.each([
    ["first-byte-timeout", 504, "backend_timeout"],
    ["idle-timeout", 504, "backend_stalled"],
    ["client-gone", 499, "client_closed_request"],
    ["parent", 499, "client_closed_request"],
  ] as const)("goes by who called it off: %s is %i", (reason, status, code) => {
    const work = createCancellation(new AbortController().signal, "parent");
    work.cancel(reason);
    expect(failureOf(new Error("x"), backendOf(), work)).toMatchObject({ status, code });
  });

  it("says what was found where the backend was found to be down", () => {
    const work = createCancellation(new AbortController().signal, "parent");
    work.cancel("backend-down");
    const error = failureOf(new Error("x"), backendOf(), work, "LM Studio's certificate is not trusted.");
    expect(error).toMatchObject({ status: 502, code: "backend_down" });
    expect(error.message).toBe("LM Studio's certificate is not trusted.");
    expect(failureOf(new Error("x"), backendOf(), work).message).toContain("found to be down");
  });
});

describe("upstreamHeaders", () => {
  it("carries the request id, the backend's key and its headers, which win", () => {
    const backend = backendOf({ api_key: "box-key", headers: { "User-Agent": "mine" } });
    const client = new Headers({ authorization: "Bearer client", "user-agent": "sdk", accept: "a" });
    expect(Object.fromEntries(upstreamHeaders(client, backend, "req_1"))).toEqual({
      accept: "a",
      "accept-encoding": "identity",
      authorization: "Bearer box-key",
      "user-agent": "mine",
      "x-request-id": "req_1",
    });
  });

  it("carries no authorization where the backend has no key", () => {
    expect(
      upstreamHeaders(new Headers({ authorization: "Bearer client" }), backendOf(), "r").has("authorization"),
    ).toBe(false);
  });
});
