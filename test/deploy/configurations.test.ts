/** Each configuration that a deployment starts with is one that the proxy takes, and means what its place needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/parse.ts";
import { projectRoot } from "../support/launch.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const image = read("deploy/config/config.yaml");
const kubernetes = (parse(read("deploy/kubernetes/configmap.yaml")) as { data: Record<string, string> }).data[
  "config.yaml"
];
const worker = /^CONFIG = """\n(.*?)^"""/ms.exec(read("wrangler.toml"))?.[1];
const environment = { PROXY_API_KEY: "sk-test", PROXY_KEY: "sk-test" };

it.for([
  ["the image's", image],
  ["Kubernetes'", kubernetes],
  ["the Worker's", worker],
] as const)(
  "%s is valid with a key, lets nobody in without, and says so where the key is missing",
  ([, text]) => {
    expect(text).toBeTypeOf("string");
    expect(parseConfig(text, environment).authentication.enabled).toBe(true);
    expect(() => parseConfig(text, {})).toThrow(/PROXY_(API_)?KEY/);
  },
);

it("config.example.json is valid as it is", () => {
  expect(parseConfig(read("config.example.json")).server.host).toBe("0.0.0.0");
});

describe("the image's configuration", () => {
  it("listens for those outside of the container, at the exposed port", () => {
    const { server, logging } = parseConfig(image, environment);
    expect([server.host, server.port, server.drain_timeout]).toEqual(["0.0.0.0", 8080, 30]);
    expect([logging.level, logging.format]).toEqual(["info", "json"]);
  });

  it("takes each of its values from the environment", () => {
    const { server, backends, authentication, logging } = parseConfig(image, {
      HOST: "::",
      PORT: "9000",
      DRAIN_TIMEOUT: "120",
      LM_STUDIO_URL: "http://10.50.10.14:1234",
      BACKEND_TYPE: "auto",
      PROXY_API_KEY: "sk-other",
      LOG_LEVEL: "DEBUG",
      LOG_FORMAT: "text",
    });
    expect(server).toMatchObject({ host: "::", port: 9000, drain_timeout: 120 });
    expect(backends["primary"]).toMatchObject({ url: "http://10.50.10.14:1234", type: "auto" });
    expect(authentication.valid_api_keys.map((key) => key.reveal())).toEqual(["sk-other"]);
    expect(logging).toMatchObject({ level: "debug", format: "text" });
  });

  it.for([
    ["PORT", "eighty", /server\.port/],
    ["LM_STUDIO_URL", "10.50.10.14:1234", /backends\.primary\.url/],
    ["PROXY_API_KEY", "", /authentication\.valid_api_keys/],
  ] as const)("refuses a %s of %j by the name of its key", ([name, value, message]) => {
    expect(() => parseConfig(image, { ...environment, [name]: value })).toThrow(message);
  });
});
