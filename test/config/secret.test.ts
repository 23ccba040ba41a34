/** That a Secret shows itself only when asked to. */
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";

describe("Secret", () => {
  const secret = new Secret("hunter2");

  test("reveals its value on demand", () => {
    expect(secret.reveal()).toBe("hunter2");
  });

  test.each([
    ["in a text", `${secret}`],
    ["as JSON", JSON.stringify({ secret })],
    ["joined", [secret].join(",")],
    ["as entries", JSON.stringify(Object.entries(secret))],
    ["as a copy", JSON.stringify({ ...secret })],
  ])("hides it %s", (_name, shown) => {
    expect(shown).not.toContain("hunter2");
  });

  test("says that there is one", () => {
    expect(String(secret)).toBe("[secret]");
    expect(JSON.stringify([secret])).toBe('["[secret]"]');
  });
});
