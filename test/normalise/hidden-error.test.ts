import { describe, expect, it } from "vitest";
import { isErrorBody, isHiddenError } from "../../src/normalise/hidden-error.ts";
import { isJsonObject } from "../../src/protocol/openai/fields.ts";

describe("a hidden error", () => {
  it.each([
    [{ error: "Unexpected endpoint" }, true],
    [{ error: { message: "x" } }, true],
    [{ error: "x", message: "y" }, true],
    [{ error: null, choices: [] }, false],
    [{ error: { message: "x" }, object: "response", output: [] }, false],
    [{ data: [], error: "x" }, false],
    [{ choices: [] }, false],
    [{ object: "error", message: "x", code: 404 }, true],
    [{ object: "list", data: [] }, false],
    [{ detail: { error: "x" } }, false],
    [[], false],
    ["error", false],
  ])("of %j is %s", (body, isError) => {
    expect(isHiddenError(new TextEncoder().encode(JSON.stringify(body)))).toBe(isError);
    expect(isJsonObject(body) && isErrorBody(body)).toBe(isError);
  });
});
