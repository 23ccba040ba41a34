/** Rooms stay small, and what is said twice stays the same. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as publicNames from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { projectRoot } from "../support/launch.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const manifest = JSON.parse(read("package.json")) as { version: string; scripts: Record<string, string> };

describe("the source", () => {
  it("has no file of over 250 lines", () => {
    const files = globSync("src/**/*.ts", { cwd: projectRoot });
    const long = files.filter((file) => read(file).split("\n").length > 251);
    expect(long).toEqual([]);
  });

  it("begins each file with a sentence that says what it is for", () => {
    const files = globSync("src/**/*.ts", { cwd: projectRoot });
    expect(files.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)))).toEqual([]);
  });

  it("knows the version of package.json", () => {
    expect(version).toBe(manifest.version);
  });

  it("has these public names", () => {
    expect(Object.keys(publicNames).sort()).toEqual([
      "ConfigError",
      "createApp",
      "createPortableRuntime",
      "createState",
      "parseConfig",
      "silentLog",
    ]);
  });
});

describe("README.md", () => {
  it("names only scripts and files that exist", () => {
    const text = read("README.md");
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script ?? "");
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link ?? "");
    const missing = links.filter(
      (link) => !/^https?:/.test(link) && globSync(link, { cwd: projectRoot }).length === 0,
    );
    expect(missing).toEqual([]);
    expect(scripts.length + links.length).toBeGreaterThan(8);
  });
});
