import { describe, expect, it } from "vitest";
import { endpointOf, maySee, requireEndpoint, requireModel } from "../../src/auth/permission.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { ProxyError } from "../../src/errors.ts";

type KeyInput = NonNullable<ConfigInput["keys"]>[number];

const keyOf = (key: Partial<KeyInput>) =>
  createPlan(parseConfig({ keys: [{ name: "team", secret: "s", ...key }] })).keys[0];

function refusalOf(work: () => void): ProxyError | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown;
    throw thrown;
  }
}

describe("endpointOf", () => {
  it.each([
    ["/chat/completions", "chat"],
    ["/completions", "completions"],
    ["/embeddings", "embeddings"],
    ["/responses/resp_1/input_items", "responses"],
    ["/messages/count_tokens", "messages"],
    ["/models/gpt-4o", "models"],
    ["/modelsx", "other"],
    ["/api/v0/chat/completions", "other"],
    ["/audio/speech", "other"],
  ])("%s is %s", (route, endpoint) => {
    expect(endpointOf(route)).toBe(endpoint);
  });
});

describe("requireEndpoint", () => {
  it.each<[string, Partial<KeyInput>, string, boolean]>([
    ["a plain key anywhere", {}, "/api/v0/models", true],
    ["a key where it is let in", { endpoints: ["embeddings"] }, "/embeddings", true],
    ["a key anywhere else", { endpoints: ["embeddings"] }, "/chat/completions", false],
    ["a key for some models in what is only passed on", { models: ["gpt-*"] }, "/api/v0/models", false],
    ["the same where it was allowed by name", { models: ["gpt-*"], endpoints: ["other"] }, "/rerank", true],
    ["a key for all models in what is only passed on", { models: ["*"] }, "/api/v0/models", true],
  ])("lets %s", (_case, key, route, isLetIn) => {
    const refusal = refusalOf(() => requireEndpoint(keyOf(key), "POST", route));
    const told = refusal && [refusal.status, refusal.message.split(",")[0]];
    expect(told).toEqual(isLetIn ? undefined : [403, `The key 'team' may not POST ${route}`]);
  });

  it("asks nothing of a request without a key", () => {
    expect(() => requireEndpoint(undefined, "GET", "/anything")).not.toThrow();
  });
});

describe("requireModel", () => {
  it.each<[readonly string[] | undefined, string, boolean]>([
    [undefined, "anything", true],
    [["gpt-4o", "text-*"], "gpt-4o", true],
    [["gpt-4o", "text-*"], "text-embedding-3-small", true],
    [["gpt-4o", "text-*"], "gpt-4o-mini", false],
    [["*"], "anything", true],
    [[], "anything", false],
  ])("with models %j, %s is let through: %s", (models, asked, isLetThrough) => {
    const key = keyOf(models === undefined ? {} : { models: [...models] });
    expect(maySee(key, asked)).toBe(isLetThrough);
    const refusal = refusalOf(() => requireModel(key, asked));
    const told = refusal && [refusal.status, refusal.type, refusal.code];
    expect(told).toEqual(isLetThrough ? undefined : [403, "invalid_request_error", "model_not_found"]);
  });
});
