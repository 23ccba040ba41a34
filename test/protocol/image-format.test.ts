/** What an image is, by its first bytes, and what a data: URL says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeStart, parseDataUri, recogniseImage, toDataUri } from "../../src/protocol/image-format.ts";

const bytesOf = (latin1: string) => Uint8Array.from(latin1, (letter) => letter.charCodeAt(0));

describe("an image", () => {
  it.each([
    ["png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    ["jpeg", "\xff\xd8\xff\xe0\0\x10JFIF\0"],
    ["jpeg", "\xff\xd8\xff\xdb"],
    ["gif", "GIF87a\x01\0"],
    ["gif", "GIF89a\x01\0"],
    ["webp", "RIFF\x24\0\0\0WEBPVP8 "],
    ["unknown", "RIFF\x24\0\0\0WAVEfmt "],
    ["unknown", "RIFF\x24\0\0\0WEB"],
    ["unknown", "\x89PNG\n\x1a\n"],
    ["unknown", "GIF88a"],
    ["unknown", "BM\x36\0\0\0"],
    ["unknown", "II*\0"],
    ["unknown", "<svg xmlns="],
    ["unknown", "<!DOCTYPE html>"],
    ["unknown", "%PDF-1.7"],
    ["unknown", "\0\0\0\x1cftypavif"],
    ["unknown", ""],
  ])("is %s where it begins with %j", (format, start) => {
    expect(recogniseImage(bytesOf(start))).toBe(format);
  });
});

describe("a data: URL", () => {
  it.each([
    ["data:image/png;base64,AAAA", { mediaType: "image/png", isBase64: true, data: "AAAA" }],
    ["DATA:Image/PNG;Base64,aA==", { mediaType: "image/png", isBase64: true, data: "aA==" }],
    ["data:image/png;name=a;base64,A,B", { mediaType: "image/png", isBase64: true, data: "A,B" }],
    ["data:;base64,AAAA", { mediaType: "", isBase64: true, data: "AAAA" }],
    ["data:image/svg+xml,%3Csvg", { mediaType: "image/svg+xml", isBase64: false, data: "%3Csvg" }],
    ["data:,x", { mediaType: "", isBase64: false, data: "x" }],
    ["data:image/png;base64", undefined],
    ["data:", undefined],
    ["https://example.com/a,b", undefined],
    ["iVBORw0KGgo=", undefined],
  ])("%s is read", (uri, expected) => {
    expect(parseDataUri(uri)).toEqual(expected);
  });

  it("without a comma is not searched to its end", () => {
    expect(parseDataUri(`data:image/png;base64${"A".repeat(300)},AAAA`)).toBeUndefined();
  });

  it("of any bytes is their base64", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(toDataUri("png", bytes)).toBe(
          `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`,
        );
      }),
    );
    const large = Uint8Array.from({ length: 100_001 }, (_, index) => index % 251);
    expect(toDataUri("gif", large).slice(22)).toBe(Buffer.from(large).toString("base64"));
  });
});

describe("the start of base64", () => {
  it.each([
    ["iVBORw0KGgoAAAANSUhEUg", "\x89PNG\r\n\x1a\n\0\0\0\r"],
    ["iVBOR\nw0KGgo\r\nAAAAN SUhEUg", "\x89PNG\r\n\x1a\n\0\0\0\r"],
    ["/9j/", "\xff\xd8\xff"],
    ["/9j/2w==", "\xff\xd8\xff\xdb"],
    ["", ""],
    ["A", undefined],
    ["iVBO*w0KGgoAAAANSUhEUg", undefined],
    ["<base64 of the image>", undefined],
    ["_9j_4AAQSkZJRgABAQ", undefined],
    ["%2F9j%2F", undefined],
    [`iVBORw0KGgoAAAANSUhEUg${"A".repeat(100)}...`, undefined],
    ["iVBORw0KGgo=AAAA", undefined],
  ])("%j gives %j", (text, latin1) => {
    expect(decodeStart(text)).toEqual(latin1 === undefined ? undefined : bytesOf(latin1));
  });

  it("is all that is looked at, however long the text is", () => {
    const text = `iVBORw0KGgoAAAANSUhEUg${"A".repeat(27_000_000)}`;
    const started = performance.now();
    for (let round = 0; round < 1_000; round++) decodeStart(text);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
