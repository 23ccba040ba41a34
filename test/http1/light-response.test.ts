/** Answers whose parts stay as they are, beside the platform's own. */
import { describe, expect, it } from "vitest";
import { type BodySource, LightResponse } from "../../src/http1/light-response.ts";
import { bytesOf } from "./support/fake-wire.ts";

function responseOf(status: number, text: string): LightResponse {
  const source: BodySource = {
    bytes: async () => bytesOf(text),
    stream: () => new Response(bytesOf(text)).body,
  };
  return new LightResponse(status, () => new Headers({ "x-told": "yes" }), source);
}

describe("a light answer", () => {
  it("is read in any way that the platform's own is", async () => {
    const text = '{"a":1}';
    const ways: ((response: Response) => Promise<unknown>)[] = [
      async (response) => new TextDecoder().decode(await response.bytes()),
      async (response) => new TextDecoder().decode(await response.arrayBuffer()),
      (response) => response.text(),
      async (response) => JSON.stringify(await response.json()),
      async (response) => (await response.blob()).text(),
      async (response) => new Response(response.body).text(),
      (response) => response.clone().text(),
    ];
    for (const read of ways) {
      expect(await read(responseOf(200, text))).toBe(text);
      expect(await read(new Response(text))).toBe(text);
    }
  });

  it("is read once", async () => {
    const response = responseOf(200, "once");
    expect(response.bodyUsed).toBe(false);
    await response.text();
    expect(response.bodyUsed).toBe(true);
    await expect(response.bytes()).rejects.toThrow(TypeError);
  });

  it.each([204, 205, 304])("with %s has no body, as the platform's own has none", async (status) => {
    expect(responseOf(status, "").body).toBeNull();
    expect(await responseOf(status, "").blob()).toHaveProperty("size", 0);
    expect(await responseOf(status, "").text()).toBe("");
    expect(responseOf(status, "").clone().headers.get("x-told")).toBe("yes");
  });

  it("is fine where its status says so", () => {
    expect([199, 200, 299, 300].map((status) => responseOf(status, "").ok)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
