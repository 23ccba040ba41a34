import { describe, expect, it } from "vitest";
import { findCredential, maskKey } from "../../src/auth/credentials.ts";
import { findPrincipal } from "../../src/auth/keys.ts";
import { isAllowed, requirePrincipal } from "../../src/auth/require-key.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { Secret } from "../../src/config/secret.ts";

describe("findCredential", () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{ authorization: "Bearer abc" }, "abc"],
    [{ authorization: "bearer   abc " }, "abc"],
    [{ authorization: "Basic abc" }, undefined],
    [{ authorization: "Bearer " }, undefined],
    [{ "api-key": "abc" }, "abc"],
    [{ "x-api-key": "abc" }, "abc"],
    [{ authorization: "Bearer first", "api-key": "second" }, "first"],
    [{ authorization: "Basic x", "x-api-key": "third" }, "third"],
    [{}, undefined],
  ])("in %j is %s", (headers, credential) => {
    expect(findCredential(new Headers(headers))).toBe(credential);
  });
});

describe("maskKey", () => {
  it("shows the ends of a long key and nothing of a short one", () => {
    expect(maskKey("sk-0123456789abcdefghijklmn")).toBe("sk-01234********klmn");
    expect(maskKey("secret")).toBe("********");
  });
});

describe("findPrincipal", () => {
  const keys = ["one", "two", "two"].map((key) => new Secret(key));

  it("numbers the keys, and takes the first of two that are the same", () => {
    expect(findPrincipal("one", keys)).toBe("key-1");
    expect(findPrincipal("two", keys)).toBe("key-2");
    expect(findPrincipal("three", keys)).toBeUndefined();
    expect(findPrincipal("", keys)).toBeUndefined();
  });
});

describe("requirePrincipal", () => {
  const open = createPlan(parseConfig({}));
  const closed = createPlan(parseConfig({ authentication: { enabled: true, valid_api_keys: ["right"] } }));
  const headers = (key: string) => new Headers({ authorization: `Bearer ${key}` });

  it("asks nobody while authentication is off", () => {
    expect(requirePrincipal(new Headers(), open)).toBeUndefined();
    expect(isAllowed(new Headers(), open)).toBe(true);
  });

  it("lets the right key in and no other", () => {
    expect(requirePrincipal(headers("right"), closed)).toBe("key-1");
    expect(isAllowed(headers("right"), closed)).toBe(true);
    expect(() => requirePrincipal(headers("wrong"), closed)).toThrow(/Incorrect API key/);
    expect(() => requirePrincipal(new Headers(), closed)).toThrow(/didn't provide/);
    expect(isAllowed(headers("wrong"), closed)).toBe(false);
  });
});
