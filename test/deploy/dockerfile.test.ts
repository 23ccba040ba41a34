/** What the Dockerfile says, and which files it takes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../support/launch.ts";
import { copiedFiles, libraries, productionPackages, shipped, stageCount } from "./assemble-image.ts";
import { listContext, parseIgnoreRules } from "./build-context.ts";
import { copiesOf, environmentOf, parseDockerfile, parseExec, textOf, textsOf } from "./dockerfile.ts";

const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  readonly scripts: { readonly start: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: { readonly node: string };
};

describe("the Dockerfile", () => {
  it("builds on the Node that the tests run on, in two stages", () => {
    expect(stageCount).toBe(2);
    for (const { image } of [libraries, shipped])
      expect(image).toBe(`node:${manifest.devDependencies.node}-slim`);
  });

  it("installs what the lock file says, without development's and without scripts", () => {
    expect(textOf(libraries, "RUN")).toBe("npm ci --omit=dev --ignore-scripts");
    expect(textOf(libraries, "COPY")).toBe("package.json package-lock.json ./");
    expect(productionPackages()).toEqual(
      expect.arrayContaining(Object.keys(manifest.dependencies).map((name) => `node_modules/${name}`)),
    );
    expect(productionPackages()).not.toContain("node_modules/vitest");
  });

  it("starts as npm start does", () => {
    expect(parseExec(textOf(shipped, "CMD")).join(" ")).toBe(manifest.scripts.start);
    expect(textsOf(shipped, "ENTRYPOINT")).toEqual([]);
  });

  it("runs as a user that is not root, by number, and nothing runs as root after it", () => {
    expect(textOf(shipped, "USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(textsOf(shipped, "RUN")).toEqual([]);
  });

  it("has its health checked by node itself, at the port that it exposes", () => {
    const [program, flag, script = ""] = parseExec(textOf(shipped, "HEALTHCHECK"));
    expect([program, flag]).toEqual(["node", "-e"]);
    expect(script).toContain("/health/live");
    expect(script).toContain(`process.env.PORT || ${textOf(shipped, "EXPOSE")}`);
  });

  it("finds the configuration that comes along, in a folder that can be mounted over", () => {
    const copy = copiesOf(shipped).find(({ target }) => target === "/config");
    expect(copy?.sources).toEqual(["deploy/config"]);
    expect(environmentOf(shipped)["OPENAI_LOCAL_PROXY_CONFIG"]).toBe("/config/config.yaml");
    expect(listContext(projectRoot).filter((file) => file.startsWith("deploy/"))).toEqual([
      "deploy/config/config.yaml",
    ]);
  });
});

describe("the build's context", () => {
  const context = listContext(projectRoot);
  const copies = [libraries, shipped].flatMap(copiesOf).filter(({ from }) => from === undefined);

  it("has each file that is copied", () => {
    const missing = copies
      .flatMap(({ sources }) => sources)
      .filter((source) => !context.some((file) => file === source || file.startsWith(`${source}/`)));
    expect(missing).toEqual([]);
  });

  it("has no file that nothing copies", () => {
    const copied = new Set(copies.flatMap((copy) => copiedFiles(copy, context).map(([from]) => from)));
    expect(context.filter((file) => !copied.has(file))).toEqual([]);
    expect(copied.size).toBeGreaterThan(100);
  });

  const rules = parseIgnoreRules(readFileSync(join(projectRoot, ".dockerignore"), "utf8"));
  it.for([
    ["src/app.ts", true],
    ["package-lock.json", true],
    ["deploy/config/config.yaml", true],
    ["config.json", false],
    [".env", false],
    ["deploy/.env", false],
    ["deploy/kubernetes/secret.yaml", false],
    ["node_modules/hono/package.json", false],
    ["test/deploy/image.test.ts", false],
    [".git/config", false],
  ] as const)("keeps %s: %s", ([path, isKept]) => {
    expect(rules.keeps(path)).toBe(isKept);
  });
});

describe("the reader of Dockerfiles", () => {
  it("joins continued lines, leaves comments out and knows stages by name", () => {
    const text = '# No.\nFROM a:1 AS one\nRUN x \\\n  # no\n  y\nFROM b:2\nCMD ["z"]\n';
    expect(parseDockerfile(text)).toEqual([
      { image: "a:1", name: "one", instructions: [{ word: "RUN", text: "x y" }] },
      { image: "b:2", name: undefined, instructions: [{ word: "CMD", text: '["z"]' }] },
    ]);
  });

  it("refuses the shell form of a command", () => {
    expect(() => parseExec("node src/entry/node.ts")).toThrow("not of the exec form");
  });
});
