/** Imports point one way, in no circle, and only shells and the command line name a runtime. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../support/launch.ts";

const source = join(projectRoot, "src");

/** From left to right: a file imports from rooms of earlier groups and its own room only. */
const groups: readonly (readonly string[])[] = [
  ["errors", "stop-signal", "byte-channel", "find-byte", "version"],
  ["runtime", "exchange"],
  ["http", "sse", "http1"],
  ["protocol"],
  ["config"],
  ["dialects"],
  ["auth", "admission", "translate", "route", "upstream", "normalise", "respond", "observe"],
  ["store"],
  ["state"],
  ["pipeline"],
  ["admin"],
  ["app"],
  ["simulator"],
  ["cli"],
  ["entry"],
  ["index"],
];

/** Rooms that know less than their place would allow. */
const limits: Readonly<Record<string, readonly string[]>> = { simulator: ["protocol", "sse", "simulator"] };

const files = globSync("**/*.ts", { cwd: source }).map((file) => file.replaceAll("\\", "/"));
const roomOf = (file: string) => (file.split("/", 1)[0] ?? "").replace(/\.ts$/, "");
const rankOf = (room: string) => groups.findIndex((group) => group.includes(room));

const importsOf = new Map(
  files.map((file) => {
    const text = readFileSync(join(source, file), "utf8");
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
      ([, specifier]) => specifier ?? "",
    );
    const local = specifiers
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => relative(source, join(source, dirname(file), specifier)).replaceAll("\\", "/"));
    return [file, local] as const;
  }),
);

describe("imports", () => {
  it("has a place for every room", () => {
    expect(files.length).toBeGreaterThan(100);
    expect([...new Set(files.map(roomOf))].filter((room) => rankOf(room) === -1)).toEqual([]);
  });

  it("point from right to left", () => {
    const wrong = [...importsOf].flatMap(([file, imports]) =>
      imports
        .filter((target) => roomOf(target) !== roomOf(file) && rankOf(roomOf(target)) >= rankOf(roomOf(file)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("stay within what a room may know", () => {
    const wrong = [...importsOf].flatMap(([file, imports]) => {
      const allowed = limits[roomOf(file)];
      return imports
        .filter((target) => allowed !== undefined && !allowed.includes(roomOf(target)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("run in no circle, those of types included", () => {
    const circles: string[] = [];
    const finished = new Set<string>();
    function visit(file: string, path: readonly string[]): void {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" > "));
      if (finished.has(file) || path.includes(file)) return;
      for (const target of importsOf.get(file) ?? []) visit(target, [...path, file]);
      finished.add(file);
    }
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe("runtimes", () => {
  const portable = files.filter((file) => !["entry", "cli"].includes(roomOf(file)));

  it("are named in entry and cli only", () => {
    const wrong = portable.filter((file) => {
      const code = readFileSync(join(source, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      return /"node:|\bprocess\.|\bBun\.|\bDeno\.|\bBuffer\.|\brequire\(/.test(code);
    });
    expect(wrong).toEqual([]);
  });

  it("find no state at the top of a portable file", () => {
    const wrong = portable.filter((file) =>
      /^(export )?let /m.test(readFileSync(join(source, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});
