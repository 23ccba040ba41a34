import { describe, expect, it } from "vitest";
import { findCredential, maskKey } from "../../src/auth/credentials.ts";
import { findKey } from "../../src/auth/keys.ts";
import { isAllowed, requireKey } from "../../src/auth/require-key.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ConfigInput } from "../../src/config/schema.ts";

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

const digestOfTwo = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";
const planOf = (config: ConfigInput) => createPlan(parseConfig(config));

describe("findKey", () => {
  const { keys } = planOf({
    authentication: { valid_api_keys: ["one", "same", "same"] },
    keys: [{ name: "second", sha256: digestOfTwo.toUpperCase() }],
  });

  it.each([
    ["one", "key-1"],
    ["same", "key-2"],
    ["two", "second"],
    ["three", undefined],
    [digestOfTwo, undefined],
    ["", undefined],
  ])("%j is whose: %s", async (offered, name) => {
    expect((await findKey(offered, keys))?.name).toBe(name);
  });
});

describe("requireKey", () => {
  const open = planOf({});
  const closed = planOf({ authentication: { enabled: true, valid_api_keys: ["right"] } });
  const headers = (key: string) => new Headers({ authorization: `Bearer ${key}` });

  it("asks nobody while authentication is off", async () => {
    expect(await requireKey(new Headers(), open)).toBeUndefined();
    expect(await isAllowed(new Headers(), open)).toBe(true);
  });

  it("lets the right key in and no other", async () => {
    expect((await requireKey(headers("right"), closed))?.name).toBe("key-1");
    expect(await isAllowed(headers("right"), closed)).toBe(true);
    await expect(requireKey(headers("wrong"), closed)).rejects.toThrow(/Incorrect API key/);
    await expect(requireKey(new Headers(), closed)).rejects.toThrow(/didn't provide/);
    expect(await isAllowed(headers("wrong"), closed)).toBe(false);
  });

  const named = [{ name: "team", secret: "right" }];
  it.each<[string, ConfigInput, boolean]>([
    ["there are named keys", { keys: named }, true],
    [
      "there are named keys, and it was switched off",
      { keys: named, authentication: { enabled: false } },
      false,
    ],
    ["there are keys of the short form only", { authentication: { valid_api_keys: ["right"] } }, false],
    ["there is nothing", {}, false],
  ])("when %s", (_case, config, isAsked) => {
    expect(planOf(config).authenticationEnabled).toBe(isAsked);
  });
});
