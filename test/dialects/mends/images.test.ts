/** What becomes of images on their way to a backend that is particular about them. */
import { describe, expect, it } from "vitest";
import type { BackendType } from "../../../src/config/schema.ts";
import { cannotSee, isBlind } from "../../../src/dialects/mends/image-on-text-model.ts";
import type { LocalModel } from "../../../src/protocol/openai/models.ts";
import { runRequest } from "../../support/run-mends.ts";

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB";
const jpeg = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD";
const gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEA";
const webp = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCd";
const html = "PCFET0NUWVBFIGh0bWw+PGh0bWw+";

const asked = (url: unknown) => ({
  model: "m",
  messages: [
    { role: "system", content: "See." },
    {
      role: "user",
      content: [
        { type: "text", text: "What?" },
        { type: "image_url", image_url: { url, detail: "low" } },
      ],
    },
  ],
});
const param = "messages[1].content[1].image_url.url";

const passes: readonly (readonly [BackendType, string, string, string])[] = [
  ["lmstudio", "a PNG", `data:image/png;base64,${png}`, `data:image/png;base64,${png}`],
  ["lmstudio", "a JPEG", `data:image/jpeg;base64,${jpeg}`, `data:image/jpeg;base64,${jpeg}`],
  ["lmstudio", "a GIF", `data:image/gif;base64,${gif}`, `data:image/gif;base64,${gif}`],
  ["lmstudio", "a PNG that says JPEG", `data:image/jpeg;base64,${png}`, `data:image/png;base64,${png}`],
  ["lmstudio", "a JPEG that says WebP", `data:image/webp;base64,${jpeg}`, `data:image/jpeg;base64,${jpeg}`],
  ["lmstudio", "a JPEG that says JPG", `data:image/jpg;base64,${jpeg}`, `data:image/jpeg;base64,${jpeg}`],
  ["lmstudio", "a PNG that says nothing", `data:;base64,${png}`, `data:image/png;base64,${png}`],
  [
    "lmstudio",
    "a PNG with a parameter",
    `data:image/png;name=a;base64,${png}`,
    `data:image/png;base64,${png}`,
  ],
  ["llama-server", "a GIF", `data:image/gif;base64,${gif}`, `data:image/gif;base64,${gif}`],
  ["llama-server", "a web address", "https://example.com/a.webp", "https://example.com/a.webp"],
  ["ollama", "a WebP", `data:image/webp;base64,${webp}`, `data:image/webp;base64,${webp}`],
  ["ollama", "a PNG that says GIF", `data:image/gif;base64,${png}`, `data:image/png;base64,${png}`],
  ["vllm", "a WebP", `data:image/webp;base64,${webp}`, `data:image/webp;base64,${webp}`],
  ["vllm", "a web address", "https://example.com/a.png", "https://example.com/a.png"],
  ["openai", "a web address", "https://example.com/a.png", "https://example.com/a.png"],
];

const refused: readonly (readonly [BackendType, string, unknown, string, RegExp])[] = [
  ["lmstudio", "a WebP", `data:image/webp;base64,${webp}`, "invalid_image_format", /is WebP.*PNG or JPEG/],
  ["llama-server", "a WebP", `data:image/webp;base64,${webp}`, "invalid_image_format", /is WebP/],
  ["lmstudio", "a WebP that says PNG", `data:image/png;base64,${webp}`, "invalid_image_format", /is WebP/],
  ["ollama", "a GIF", `data:image/gif;base64,${gif}`, "invalid_image_format", /is GIF/],
  ["lmstudio", "a page", `data:image/png;base64,${html}`, "invalid_image_format", /no image/],
  ["llama-server", "an SVG", "data:image/svg+xml;base64,PHN2Zy8+", "invalid_image_format", /no image/],
  ["lmstudio", "no base64", "data:image/png;base64,<here>", "invalid_base64_image", /broken/],
  ["lmstudio", "plain text", "data:image/svg+xml,%3Csvg%2F%3E", "invalid_base64_image", /broken/],
  ["lmstudio", "no comma", `data:image/png;base64${png}`, "invalid_base64_image", /broken/],
  ["lmstudio", "nothing", "data:image/png;base64,", "empty_image_file", /empty/],
  ["lmstudio", "a web address", "https://example.com/a.png", "invalid_image_url", /images\.fetch/],
  ["ollama", "a web address", "HTTP://example.com/a.png", "invalid_image_url", /images\.fetch/],
  ["lmstudio", "a file", "file:///etc/passwd", "invalid_image_url", /neither/],
  ["lmstudio", "bare base64", png, "invalid_image_url", /neither/],
];

describe("an image", () => {
  it.each(passes)("for %s: %s passes", async (type, _name, sent, expected) => {
    const { body, applied } = await runRequest(asked(sent), { type });
    expect(body).toEqual(asked(expected));
    const formatMend = type === "ollama" ? "image-format-ollama" : "image-format";
    expect(applied).toEqual(sent === expected ? [] : [formatMend]);
  });

  it.each(refused)("for %s: %s is refused", async (type, _name, url, code, message) => {
    await expect(runRequest(asked(url), { type })).rejects.toMatchObject({
      status: 400,
      type: "invalid_request_error",
      code,
      param,
      message: expect.stringMatching(message),
    });
  });

  it("given as a plain string is put right in its place", async () => {
    const sent = (url: string) => ({
      messages: [{ role: "user", content: [{ type: "image_url", image_url: url }] }],
    });
    const { body } = await runRequest(sent(`data:image/png;base64,${jpeg}`));
    expect(body).toEqual(sent(`data:image/jpeg;base64,${jpeg}`));
    await expect(runRequest(sent("https://example.com/"))).rejects.toMatchObject({
      param: "messages[0].content[0].image_url",
    });
  });

  it.each([undefined, null, 7, {}])("without a URL (%j) is the backend's to refuse", async (url) => {
    expect((await runRequest(asked(url), { only: ["image-url", "image-format"] })).applied).toEqual([]);
  });

  it("of 20 MB stays what it is, the same string", async () => {
    const url = `data:image/png;base64,${png}${"A".repeat(27_000_000)}`;
    const body = asked(url);
    const mended = await runRequest(body, { only: ["image-url", "image-format"] });
    expect(mended.applied).toEqual([]);
    expect(mended.body).toBe(body);
  });
});

describe("a model", () => {
  const model = (id: string, seesImages?: boolean): LocalModel => ({
    id,
    kind: "chat",
    isLoaded: true,
    ...(seesImages === undefined ? {} : { seesImages }),
  });

  it.each([
    ["text", [model("text", false)], true],
    ["eyes", [model("eyes", true)], false],
    ["unknown", [model("unknown")], false],
    ["missing", [model("text", false)], false],
    ["missing", [], false],
    ["qwen3", [model("qwen/qwen3", false)], true],
    ["qwen3", [model("a/qwen3", false), model("b/qwen3", true)], false],
    ["a/qwen3", [model("a/qwen3", false), model("qwen3", true)], true],
  ] as const)("%s of %j is known to be blind: %s", (asked, listed, expected) => {
    expect(isBlind(asked, listed)).toBe(expected);
  });

  it("that is blind is told with those that see", () => {
    const image = { url: "", part: "messages[0].content[1]", param: "x" };
    expect(cannotSee("a", image, [model("a", false), model("b", true)])).toMatchObject({
      status: 400,
      code: "unsupported_image",
      param: "messages[0].content[1]",
      message: "The model 'a' cannot see images. The backend has others that can: 'b'.",
    });
    expect(cannotSee("a", image, []).message).toMatch(/Load a vision model/);
  });
});
