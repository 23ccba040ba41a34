/** The start block, word by word: what an operator reads first. */
import { describe, expect, it } from "vitest";
import { formatStartReport, type StartFacts } from "../../src/cli/start-report.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { LocalModel } from "../../src/protocol/openai/models.ts";
import type { BackendSnapshot } from "../../src/route/pool.ts";

interface Found {
  readonly models?: readonly LocalModel[];
  readonly problem?: string;
}

const model = (id: string, isLoaded?: boolean, kind?: LocalModel["kind"]): LocalModel => ({
  id,
  isLoaded,
  kind,
});

/** `found` goes by the backend's name. */
function report(input: ConfigInput, found: Record<string, Found>, facts: Partial<StartFacts> = {}): string {
  const config = parseConfig(input);
  const plan = createPlan(config);
  const backends = plan.backends.map((backend): BackendSnapshot => {
    const { models, problem } = found[backend.name] ?? {};
    return {
      backend,
      status: models === undefined ? "down" : "up",
      problem,
      models,
      checkedAt: 1,
      inFlight: 0,
      lacksResponses: false,
    };
  });
  const { host, port } = config.server;
  return formatStartReport({
    version: "0.1.0",
    runtime: "Node 24.1.0",
    host,
    port,
    addresses: ["192.168.1.5"],
    configFile: undefined,
    plan,
    backends,
    ...facts,
  });
}

const lmStudio = [
  model("qwen/qwen3-8b", true, "chat"),
  model("llama-3.1-8b-instruct", false, "chat"),
  model("nomic-embed", true, "embedding"),
];

describe("the start block", () => {
  it("tells of a box that answers, and what each name gets", () => {
    expect(report({}, { local: { models: lmStudio } })).toBe(`openai-local-proxy 0.1.0 on Node 24.1.0
  listens   http://127.0.0.1:8080/v1
  config    no configuration file
  backends  ✓ local: LM Studio at http://localhost:1234 answers, 3 models; loaded: qwen/qwen3-8b, nomic-embed
  mapping   none
  any name  chat: loaded model qwen/qwen3-8b
            embeddings: loaded model nomic-embed
  keys      authentication is off: no key is asked for

Paste this where the app starts:
  export OPENAI_BASE_URL=http://127.0.0.1:8080/v1 OPENAI_API_KEY=local
`);
  });

  it("tells of a box that does not answer, and serves on", () => {
    const problem = "LM Studio at http://localhost:1234 refused the connection: is its server started?";
    expect(report({ model_mapping: { "gpt-4o": "qwen" } }, { local: { problem } }))
      .toBe(`openai-local-proxy 0.1.0 on Node 24.1.0
  listens    http://127.0.0.1:8080/v1
  config     no configuration file
  backends   ✗ local: LM Studio at http://localhost:1234 refused the connection: is its server started?
  mapping    gpt-4o → qwen
  any other  is refused with model_not_found, unless a backend has a model of that name
  keys       authentication is off: no key is asked for

No backend answers yet. The proxy serves on, and uses one as soon as it is there.

Paste this where the app starts:
  export OPENAI_BASE_URL=http://127.0.0.1:8080/v1 OPENAI_API_KEY=local
`);
  });

  it("tells of several boxes, a mapping with a target that none has, keys, and every address", () => {
    const text = report(
      {
        server: { host: "0.0.0.0", port: 9000 },
        backends: {
          fast: { url: "http://10.0.0.1:1234" },
          slow: { url: "http://10.0.0.2:8080/v1", type: "llama-server", api_key: "sk-box-secret" },
          gone: { url: "http://10.0.0.3:1234" },
        },
        model_mapping: {
          "gpt-4*": "qwen3-8b",
          "gpt-4o": { chat: "qwen/qwen3-8b", embeddings: "bge" },
          old: "mistral",
        },
        unknown_model: "passthrough",
        authentication: { enabled: true, valid_api_keys: ["sk-first-secret", "sk-second-secret"] },
      },
      { fast: { models: lmStudio }, slow: { models: [model("gemma")] }, gone: { problem: "It is gone." } },
      { configFile: "config.yaml" },
    );
    expect(text).toBe(`openai-local-proxy 0.1.0 on Node 24.1.0
  listens    http://127.0.0.1:9000/v1
             http://192.168.1.5:9000/v1
  config     config.yaml
  backends   ✓ fast: LM Studio at http://10.0.0.1:1234 answers, 3 models; loaded: qwen/qwen3-8b, nomic-embed
             ✓ slow: llama-server at http://10.0.0.2:8080 answers, 1 model
             ✗ gone: It is gone.
  mapping    gpt-4o → chat: qwen/qwen3-8b, embeddings: bge  ✗ not on any backend
             old → mistral  ✗ not on any backend
             gpt-4* → qwen3-8b
  any other  goes to the backend as it is
  keys       authentication is on: 2 keys are let in

Paste this where the app starts:
  export OPENAI_BASE_URL=http://127.0.0.1:9000/v1 OPENAI_API_KEY=YOUR_KEY
`);
    expect(text).not.toContain("secret");
  });

  it("says loudly that answers are simulated", () => {
    const simulated = { url: "simulator:" };
    const loud = report({ backends: { simulator: simulated } }, { simulator: { models: lmStudio } });
    expect(loud).toContain("  backends  ✓ simulator: The built-in simulator answers, 3 models;");
    expect(loud).toContain(
      "\nSIMULATED: every answer is made up by the built-in simulator. No model runs behind it.\n",
    );
    const mixed = report(
      { backends: { box: { url: "http://box" }, simulator: simulated } },
      { box: { models: lmStudio }, simulator: { models: lmStudio } },
    );
    expect(mixed).toContain("\nSIMULATED: some answers are made up");
  });

  it.each([
    ["127.0.0.1", false],
    ["localhost", false],
    ["::1", false],
    ["0.0.0.0", true],
    ["::", true],
    ["192.168.1.5", true],
  ])("on %s without keys warns: %s", (host, isWarned) => {
    const text = report({ server: { host } }, { local: { models: lmStudio } });
    expect(text.includes(`WARNING: whoever reaches ${host} may use it without a key.`)).toBe(isWarned);
    const withKeys = { server: { host }, authentication: { enabled: true, valid_api_keys: ["sk-one"] } };
    expect(report(withKeys, { local: { models: lmStudio } })).not.toContain("WARNING");
  });

  const team = { name: "team-a", secret: "sk-team-secret" };
  it.each<[string, ConfigInput, string]>([
    ["named keys", { keys: [team] }, "authentication is on: 1 key is let in (team-a)\n"],
    [
      "keys of both forms",
      { keys: [team], authentication: { valid_api_keys: ["sk-one"] } },
      "authentication is on: 2 keys are let in (among them team-a)\n",
    ],
    [
      "keys that were switched off",
      { keys: [team], authentication: { enabled: false } },
      "authentication is off: no key is asked for, for authentication.enabled is false; unused: team-a\n",
    ],
  ])("tells of %s", (_name, input, text) => {
    const shown = report(input, { local: { models: lmStudio } });
    expect(shown).toContain(text);
    expect(shown).not.toContain("secret");
  });

  it("writes an IPv6 address as a URL does", () => {
    expect(report({ server: { host: "::1" } }, {})).toContain("OPENAI_BASE_URL=http://[::1]:8080/v1 ");
  });

  it.each<[string, readonly LocalModel[], string]>([
    ["no model", [], "answers, but has no model\n"],
    ["none in memory", [model("a", false)], "answers, 1 model; none is loaded\n"],
    ["models of which it does not tell", [model("a"), model("b")], "answers, 2 models\n"],
  ])("tells of a box with %s", (_name, models, text) => {
    expect(report({}, { local: { models } })).toContain(text);
  });

  it.each<[string, ConfigInput, readonly LocalModel[], string]>([
    ["auto, none loaded", {}, [model("a", false)], "any name  chat: a, since none is loaded\n"],
    ["auto, not told", {}, [model("a")], "any name  chat: a\n"],
    ["auto, no such model", {}, [model("a")], "embeddings: no backend has such a model yet\n"],
    ["reject", { unknown_model: "reject" }, [], "any name  is refused with model_not_found"],
    ["a default", { default_model: "a" }, [model("a")], "any name  a (default_model)\n"],
    ["a missing default", { default_model: "b" }, [model("a")], "b  ✗ not on any backend (default_model)\n"],
  ])("tells what an unknown name gets: %s", (_name, input, models, text) => {
    expect(report(input, { local: { models } })).toContain(text);
  });

  it("lets no name steer the terminal", () => {
    const text = report(
      { model_mapping: { "a\u001b[31m": "b\nc" } },
      { local: { models: [model("x\u001b[0m", true)] } },
    );
    expect(text).not.toContain("\u001b");
    expect(text).toContain("a�[31m → b�c");
  });
});
