/** The log: one line an event, whatever is in it, and never a credential. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { createLog, type LogOptions } from "../../src/observe/log.ts";
import type { Log, LogFields } from "../../src/runtime.ts";

const moment = new Date(2026, 10, 23, 12, 30, 5, 123);

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ now: moment });
});
afterEach(() => void vi.useRealTimers());

function logWith(options: Partial<LogOptions> = {}): Log {
  return createLog({ level: "debug", format: "text", write: (line) => void lines.push(line), ...options });
}

function textOf(fields: LogFields): string {
  logWith().info("request-end", fields);
  return lines.at(-1) ?? "";
}

function jsonOf(fields: LogFields): Record<string, unknown> {
  logWith({ format: "json" }).info("request-end", fields);
  return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
}

describe("as text", () => {
  it("writes time, level, event and fields", () => {
    expect(textOf({ request: "req_1", method: "POST", status: 200 })).toBe(
      "12:30:05.123 INFO request-end request=req_1 method=POST status=200",
    );
  });

  it("leaves undefined fields out, and needs none", () => {
    expect(textOf({ a: undefined, b: null })).toBe("12:30:05.123 INFO request-end b=null");
    expect(textOf({})).toBe("12:30:05.123 INFO request-end");
    logWith().warn("alone");
    expect(lines.at(-1)).toBe("12:30:05.123 WARN alone");
  });

  it.each([
    ["two words", '"two words"'],
    ["", '""'],
    ["a=b", '"a=b"'],
    ['say "hi"', String.raw`"say \"hi\""`],
    ["one\ntwo", String.raw`"one\ntwo"`],
    ["\u001b[31mred\u009b\u2028", String.raw`"\u001b[31mred\u009b\u2028"`],
    ["/v1/chat/completions", "/v1/chat/completions"],
    ["größe", "größe"],
  ])("writes %j as %s", (value, written) => {
    expect(textOf({ value })).toBe(`12:30:05.123 INFO request-end value=${written}`);
  });

  it("writes objects and lists as JSON", () => {
    expect(textOf({ list: [1, "a b"], nested: { x: true } })).toContain('list=[1,"a b"] nested={"x":true}');
  });
});

describe("as JSON", () => {
  it("writes one object with time, level, event and fields", () => {
    expect(jsonOf({ status: 200, text: "a\nb", gone: undefined })).toEqual({
      time: moment.toISOString(),
      level: "info",
      event: "request-end",
      status: 200,
      text: "a\nb",
    });
    expect(lines.at(-1)).not.toContain("\n");
  });

  it("lets no field take the place of the event's own", () => {
    expect(jsonOf({ level: "fake", event: "fake", time: 0 })).toMatchObject({
      level: "info",
      event: "request-end",
    });
  });

  it("names the levels as the configuration does", () => {
    const log = logWith({ format: "json" });
    for (const level of ["debug", "info", "warn", "error"] as const) log[level]("x");
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual([
      "debug",
      "info",
      "warn",
      "error",
    ]);
  });
});

describe("credentials", () => {
  it.each([
    "authorization",
    "Proxy-Authorization",
    "api_key",
    "apiKey",
    "x-api-key",
    "password",
    "client_secret",
  ])("masks the field %s at any depth", (name) => {
    expect(jsonOf({ [name]: "sk-123", inner: { [name]: "sk-123" } })).toMatchObject({
      [name]: "[hidden]",
      inner: { [name]: "[hidden]" },
    });
    expect(textOf({ [name]: "sk-123" })).not.toContain("sk-123");
  });

  it.each(["set-cookie", "accessToken", "token", "valid_api_keys", "credentials"])(
    "masks the field %s",
    (name) => {
      expect(jsonOf({ [name]: ["sk-123"] })[name]).toBe("[hidden]");
    },
  );

  it("shows what only sounds like one", () => {
    expect(jsonOf({ tokens: 12, max_tokens: 4, principal: "key-1" })).toMatchObject({
      tokens: 12,
      max_tokens: 4,
      principal: "key-1",
    });
  });

  it("shows nothing of a Secret", () => {
    expect(jsonOf({ value: new Secret("sk-123") }).value).toBe("[secret]");
  });
});

describe("never throws", () => {
  const circular: Record<string, unknown> = { name: "round" };
  circular.self = circular;
  let deep: unknown = "bottom";
  for (let level = 0; level < 10_000; level++) deep = { deep };
  const throwing = {
    get broken(): string {
      throw new Error("no");
    },
  };
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error("no");
      },
    },
  );

  it.each<[string, unknown, string]>([
    ["circular", circular, "[circular]"],
    ["a BigInt", 12n, "12"],
    ["very deep", deep, "[deeper]"],
    ["a getter that throws", throwing, "[unprintable]"],
    ["a proxy that throws", hostile, "[unprintable]"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["a function", () => 1, "[function]"],
    ["not a number", Number.NaN, "NaN"],
    ["an error", new Error("boom"), "boom"],
    ["a map", new Map([["a", 1]]), "[Map]"],
  ])("writes a line for what is %s", (_name, value, shown) => {
    expect(textOf({ value })).toContain(shown);
    expect(JSON.stringify(jsonOf({ value }))).toContain(shown);
    expect(lines).toHaveLength(2);
  });

  it("survives fields that are themselves hostile, and a sink that fails", () => {
    logWith().info("a", hostile);
    const failing = logWith({
      write() {
        throw new Error("disk full");
      },
    });
    expect(() => failing.error("b")).not.toThrow();
    expect(lines).toEqual(["12:30:05.123 INFO a"]);
  });
});

describe("levels", () => {
  it.each([
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
  ] as const)("at %s writes %i of the four", (level, count) => {
    const log = logWith({ level });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines).toHaveLength(count);
  });

  it("follows the last call, for the logs made before it too", () => {
    const before = logWith({ level: "error" });
    logWith({ level: "info", format: "json" });
    before.info("late", { a: 1 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ event: "late", a: 1 });
  });
});
