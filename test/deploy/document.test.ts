/** docs/DEPLOYMENT.md names what exists, and says of it what is so. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../support/launch.ts";
import { objects, specOf } from "./kubernetes-objects.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const text = read("docs/DEPLOYMENT.md");
const found = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, first = ""]) => first);
const { version } = JSON.parse(read("package.json")) as { version: string };

it("links only to files that exist", () => {
  const links = found(/\]\(([^)]+)\)/g);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(join(projectRoot, "docs", link)))).toEqual([]);
});

it("gives commands paths that exist", () => {
  const paths = found(/(?: -[fk] | > )(deploy\/[\w./-]+)/g).filter((path) => path !== "deploy/.env");
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});

it("lists each variable of the image's configuration with its default, and no other", () => {
  const asked = [...read("deploy/config/config.yaml").matchAll(/\$\{(\w+)(?::-([^}]*))?\}/g)];
  const rows = found(/^(\| `.*)$/gm).map((row) => row.split("|").map((cell) => cell.trim()));
  const listed = rows.flatMap(([, names = "", defaults = ""]) => {
    const values = defaults.startsWith("`") ? defaults.split(", ") : [];
    return names.split(", ").map((name, index) => [name, values[index]] as const);
  });
  const code = (word: string | undefined) => (word === undefined || word === "" ? undefined : `\`${word}\``);
  expect(listed.toSorted()).toEqual(
    asked.map(([, name, value]) => [code(name), code(value)] as const).toSorted(),
  );
});

it("names this version's image", () => {
  expect(new Set(found(/\bopenai-local-proxy:([\w.]+)/g))).toEqual(new Set([version]));
});

it("makes the Secret that the example shows", () => {
  const example = objects.find(({ kind }) => kind === "Secret");
  const command = /create secret generic (\S+) --from-literal=(\w+)=/;
  const [, name = "", key = ""] = command.exec(text) ?? [];
  expect([name, [key]]).toEqual([
    example?.metadata.name,
    Object.keys((example?.value["stringData"] ?? {}) as Record<string, string>),
  ]);
  expect(command.exec(read("deploy/kubernetes/secret.example.yaml"))?.slice(1)).toEqual([name, key]);
});

it("tells the times and the label that the manifests have", () => {
  const { terminationGracePeriodSeconds } = specOf("Deployment", "openai-local-proxy").template.spec;
  expect(text).toContain(`takes up to ${terminationGracePeriodSeconds} seconds`);
  const [rule] = specOf("NetworkPolicy", "openai-local-proxy").ingress;
  const labels = rule?.from.flatMap(({ namespaceSelector }) =>
    Object.entries(namespaceSelector?.matchLabels ?? {}),
  );
  expect(labels).toHaveLength(1);
  for (const [key, value] of labels ?? [])
    expect(text).toContain(`kubectl label namespace NAME ${key}=${value}`);
});

it("asks for the secrets that the Worker's configuration names", () => {
  const named = new Set([...read("wrangler.toml").matchAll(/"\$\{(\w+)[:}]/g)].map(([, name]) => name));
  expect(new Set(found(/wrangler secret put (\w+)/g))).toEqual(named);
});
