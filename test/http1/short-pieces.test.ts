import { describe, expect, it } from "vitest";
import { ShortPieces } from "../../src/http1/short-pieces.ts";
import { bytesOf, latin1 } from "./support/fake-wire.ts";

describe("short pieces", () => {
  it("become few, in their order, and lie in memory that they share", () => {
    const [short, pieces] = [new ShortPieces(), [bytesOf("first")]];
    const text = "0123456789".repeat(20_000);
    for (let at = 0; at < text.length; at += 10) short.add(bytesOf(text.slice(at, at + 10)), pieces);
    expect(pieces.map(latin1).join("")).toBe(`first${text}`);
    expect(pieces.length).toBe(5);
    expect(pieces[0]?.byteLength).toBe(5);
  });

  it("take no more memory than is still to come", () => {
    const [short, pieces] = [new ShortPieces(), [bytesOf("first")]];
    short.add(bytesOf("ab"), pieces, 5);
    short.add(bytesOf("cde"), pieces, 3);
    short.add(bytesOf("more than was announced"), pieces, 0);
    expect(pieces.map(latin1)).toEqual(["first", "abcde", "more than was announced"]);
    expect(pieces.map(({ buffer }) => buffer.byteLength)).toEqual([5, 5, 23]);
  });

  it("go on behind a long one between them, in the same memory", () => {
    const [short, pieces] = [new ShortPieces(), [bytesOf("first")]];
    for (const text of ["a", "b"]) short.add(bytesOf(text), pieces);
    pieces.push(bytesOf("long"));
    for (const text of ["c", "d"]) short.add(bytesOf(text), pieces);
    expect(pieces.map(latin1)).toEqual(["first", "ab", "long", "cd"]);
    expect(pieces[1]?.buffer).toBe(pieces[3]?.buffer);
  });
});
