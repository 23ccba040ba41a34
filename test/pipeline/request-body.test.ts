import { describe, expect, it } from "vitest";
import { toRequestBody } from "../../src/pipeline/request-body.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("toRequestBody", () => {
  const fields = { model: "gpt-4o", user: "ü", other: { kept: null } };

  it("names the target in the bytes alone, in the place of the client's name", () => {
    const body = toRequestBody(fields, "local/a");
    expect(body.fields).toBe(fields);
    expect(textOf(body.bytes)).toBe('{"model":"local/a","user":"ü","other":{"kept":null}}');
  });

  it("leaves the client's name where there is no target", () => {
    expect(JSON.parse(textOf(toRequestBody(fields, undefined).bytes))).toEqual(fields);
  });
});
