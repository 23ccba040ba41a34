/** Every object of deploy/kubernetes is valid by Kubernetes' own description, and the check would object to a slip. */
import { describe, expect, it } from "vitest";
import { readSchema } from "./json-schema.ts";
import { find, objects } from "./kubernetes-objects.ts";

const { definitions, explain } = readSchema("kubernetes");

/** `apps/v1` and Deployment make io.k8s.api.apps.v1.Deployment; a group's domain is left out. */
function definitionOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  return `io.k8s.api.${group.replace(/\..*/, "")}.${version}.${kind}`;
}

it.for(objects.map((one) => [one.file, one.kind, one.metadata.name, one] as const))(
  "%s: the %s %s is valid",
  ([, , , one]) => {
    expect(explain(one.value, definitionOf(one))).toEqual([]);
  },
);

it("has each kind that a deployment needs", () => {
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
    "ConfigMap openai-local-proxy",
    "Deployment openai-local-proxy",
    "Deployment redis",
    "HorizontalPodAutoscaler openai-local-proxy",
    "Namespace openai-local-proxy",
    "NetworkPolicy openai-local-proxy",
    "NetworkPolicy redis",
    "PodDisruptionBudget openai-local-proxy",
    "Secret openai-local-proxy",
    "Service openai-local-proxy",
    "Service redis",
  ]);
});

describe("the schema", () => {
  it("is whole: every definition compiles with all that it refers to", () => {
    expect(definitions.length).toBeGreaterThan(150);
    for (const definition of definitions) expect(() => explain({}, definition)).not.toThrow();
  });

  /** Each a slip of the pen: what is written, and what is meant. */
  it.for([
    ["a wrong key", "Deployment", '"containerPort"', '"containerport"'],
    ["a key of another place", "Deployment", '"strategy"', '"updateStrategy"'],
    ["a text for a number", "Deployment", '"failureThreshold":3', '"failureThreshold":"3"'],
    ["a number of no port", "Deployment", '"containerPort":8080', '"containerPort":99999999999'],
    ["another kind's form", "HorizontalPodAutoscaler", '"scaleTargetRef"', '"scaleTarget"'],
    ["a peer that is no peer", "NetworkPolicy", '"ipBlock"', '"ipRange"'],
    ["an old version's group", "PodDisruptionBudget", '"policy/v1"', '"policy/v1beta1"'],
    ["a value that is no text", "ConfigMap", '"data":{', '"data":{"port":8080,'],
    ["a selector that is a list", "Service", '"selector":{', '"selector":[],"x":{'],
  ] as const)("refuses %s", ([, kind, meant, written]) => {
    const one = find(kind, "openai-local-proxy");
    const text = JSON.stringify(one.value);
    expect(text).toContain(meant);
    expect(explain(JSON.parse(text.replace(meant, written)), definitionOf(one))).not.toEqual([]);
  });
});
