/** deploy/compose.yaml: valid by the Compose Specification's schema, and true to the image and the configuration. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { expandVariables } from "../../src/config/environment.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { projectRoot } from "../support/launch.ts";
import { shipped } from "./assemble-image.ts";
import { environmentOf, textOf } from "./dockerfile.ts";
import { readSchema } from "./json-schema.ts";
import { containerOf } from "./kubernetes-objects.ts";

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly deploy: {
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
}

const folder = join(projectRoot, "deploy");
const text = readFileSync(join(folder, "compose.yaml"), "utf8");
const { services } = parse(text) as {
  readonly services: { readonly proxy: Service; readonly redis: Service };
};
const { proxy, redis } = services;
const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  version: string;
};
const schema = readSchema("compose");

describe("the schema", () => {
  it("takes the file", () => {
    expect(schema.explain(parse(text))).toEqual([]);
  });

  it("is whole: every definition compiles with all that it refers to", () => {
    expect(schema.definitions.length).toBeGreaterThan(20);
    for (const definition of schema.definitions) expect(() => schema.explain({}, definition)).not.toThrow();
  });

  it.for([
    ["a wrong key of a service", "stop_grace_period:", "grace_period:"],
    ["a wrong key of the file", "services:", "service:"],
    ["a mapping where a list is meant", "cap_drop: [ALL]", "cap_drop: { ALL: true }"],
    ["a number where a text is meant", "stop_grace_period: 40s", "stop_grace_period: 40"],
    ["a wrong key of the limits", "memory: 512M", "mem: 512M"],
    ["a health check that is a text of its own", "retries: 5", "retries: [5]"],
  ] as const)("refuses %s", ([, meant, written]) => {
    expect(text).toContain(meant);
    expect(schema.explain(parse(text.replace(meant, written)))).not.toEqual([]);
  });
});

describe("the proxy's service", () => {
  it("is this version, built from the folder that has the Dockerfile", () => {
    expect(proxy.image).toBe(`openai-local-proxy:${version}`);
    expect(existsSync(join(resolve(folder, proxy.build?.context ?? ""), "Dockerfile"))).toBe(true);
  });

  it("publishes the port that the image exposes", () => {
    expect(proxy.ports).toEqual([
      `\${PROXY_PORT:-${textOf(shipped, "EXPOSE")}}:${textOf(shipped, "EXPOSE")}`,
    ]);
  });

  it("mounts a folder that has the configuration where the image looks", () => {
    const [source = "", target = "", mode] = (proxy.volumes?.[0] ?? "").split(":");
    const looked = environmentOf(shipped)["OPENAI_LOCAL_PROXY_CONFIG"] ?? "";
    expect([target, mode]).toEqual(["/config", "ro"]);
    expect(existsSync(join(folder, source, looked.slice(target.length)))).toBe(true);
  });

  it("hands over each variable that the configuration cannot do without, and no unknown one", () => {
    const config = readFileSync(join(folder, "config/config.yaml"), "utf8");
    const named = (pattern: RegExp) => [...config.matchAll(pattern)].map(([, name]) => name);
    const given = Object.keys(proxy.environment ?? {});
    expect(given).toEqual(expect.arrayContaining(named(/\$\{(\w+)\}/g)));
    expect(named(/\$\{(\w+)(?::-[^}]*)?\}/g)).toEqual(expect.arrayContaining(given));
  });

  it("does not start without a key", () => {
    expect(proxy.environment?.["PROXY_API_KEY"]).toMatch(/^\$\{PROXY_API_KEY:\?.+\}$/);
  });

  it("asks by default the box that the image asks by default", () => {
    const { value } = expandVariables(proxy.environment?.["LM_STUDIO_URL"], {});
    const config = parseConfig(readFileSync(join(folder, "config/config.yaml"), "utf8"), {
      PROXY_API_KEY: "k",
    });
    expect(Object.values(config.backends).map(({ url }) => url)).toEqual([value]);
  });

  it("leaves the drain its time", () => {
    const config = parseConfig(readFileSync(join(folder, "config/config.yaml"), "utf8"), {
      PROXY_API_KEY: "k",
    });
    const seconds = Number(/^(\d+)s$/.exec(proxy.stop_grace_period ?? "")?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(config.server.drain_timeout + 5);
  });

  it("keeps the image's health check", () => {
    expect(proxy.healthcheck).toBeUndefined();
    expect(textOf(shipped, "HEALTHCHECK")).toContain("/health/live");
  });
});

describe("Redis", () => {
  it("comes only where it is asked for, checked, and not published", () => {
    expect([redis.profiles, proxy.profiles]).toEqual([["redis"], undefined]);
    expect(redis.healthcheck).toBeDefined();
    expect(redis.ports).toBeUndefined();
  });

  it("is the one that Kubernetes gets, started alike", () => {
    const { image, args } = containerOf("redis");
    expect([redis.image, redis.command]).toEqual([image, args]);
  });
});

it.for(Object.entries(services))("%s has limits, and may not change what it is made of", ([, service]) => {
  expect(Number(service.deploy.resources.limits.cpus)).toBeGreaterThan(0);
  expect(service.deploy.resources.limits.memory).toMatch(/^\d+M$/);
  expect([service.read_only, service.cap_drop, service.security_opt]).toEqual([
    true,
    ["ALL"],
    ["no-new-privileges:true"],
  ]);
  expect(service.image).toMatch(/:\d+\.\d+[\w.-]*$/);
});
