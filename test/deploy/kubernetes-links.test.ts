/** What the objects of deploy/kubernetes say of each other is true: selectors, ports, targets and networks. */
import { readFileSync, readdirSync } from "node:fs";
import { BlockList } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Config } from "../../src/config/schema.ts";
import { parseConfig } from "../../src/config/parse.ts";
import {
  containerOf,
  find,
  folder,
  type Labels,
  objects,
  type Peer,
  type PolicyPort,
  specOf,
} from "./kubernetes-objects.ts";

const name = "openai-local-proxy";
const owners = [name, "redis"] as const;
const labelsOf = (owner: string): Labels => specOf("Deployment", owner).template.metadata.labels;

/** The Deployments whose pods a selector takes; an empty one takes all. */
const selected = (labels: Labels = {}): readonly string[] =>
  owners.filter((owner) => Object.entries(labels).every(([key, value]) => labelsOf(owner)[key] === value));

describe.for(owners)("%s", (owner) => {
  it("has a Deployment, a Service and a NetworkPolicy that select its pods and no others", () => {
    expect(selected(specOf("Deployment", owner).selector.matchLabels)).toEqual([owner]);
    expect(selected(specOf("Service", owner).selector)).toEqual([owner]);
    expect(selected(specOf("NetworkPolicy", owner).podSelector.matchLabels)).toEqual([owner]);
  });

  it("has a Service for each port that the pods have", () => {
    expect(specOf("Service", owner).ports.map(({ targetPort }) => targetPort)).toEqual(
      containerOf(owner).ports.map((port) => port.name),
    );
  });

  it("is reached at ports that its pods have, by those who are let in", () => {
    for (const { ports } of specOf("NetworkPolicy", owner).ingress) {
      expect(ports.length).toBeGreaterThan(0);
      for (const port of ports) expectPort(port, owner);
    }
    expect(specOf("NetworkPolicy", owner).policyTypes).toEqual(["Ingress", "Egress"]);
  });
});

function expectPort({ port, protocol }: PolicyPort, owner: string): void {
  const found = containerOf(owner).ports.find((one) => one.name === port || one.containerPort === port);
  expect([port, found?.protocol]).toEqual([port, protocol]);
}

it("spreads its own pods over the machines", () => {
  const [constraint] = specOf("Deployment", name).template.spec.topologySpreadConstraints ?? [];
  expect(selected(constraint?.labelSelector.matchLabels)).toEqual([name]);
});

describe("the number of pods", () => {
  const autoscaler = specOf("HorizontalPodAutoscaler", name);

  it("is the autoscaler's business alone", () => {
    const { apiVersion, kind, name: target } = autoscaler.scaleTargetRef;
    expect(find(kind, target).apiVersion).toBe(apiVersion);
    expect(target).toBe(name);
    expect(specOf("Deployment", name).replicas).toBeUndefined();
    expect(containerOf(name).resources.requests["cpu"]).toBeDefined();
  });

  it("lets a node be emptied, with a pod left", () => {
    const budget = specOf("PodDisruptionBudget", name);
    expect(selected(budget.selector.matchLabels)).toEqual([name]);
    expect(budget.minAvailable).toBeGreaterThanOrEqual(1);
    expect(budget.minAvailable).toBeLessThan(autoscaler.minReplicas);
    expect(autoscaler.minReplicas).toBeLessThan(autoscaler.maxReplicas);
  });
});

describe("what leaves the proxy's pods", () => {
  const rules = specOf("NetworkPolicy", name).egress ?? [];
  const peers = rules.flatMap(({ to, ports }) =>
    to.flatMap((peer) => ports.map((port) => [peer, port] as const)),
  );
  const find = (fits: (peer: Peer) => boolean) => peers.filter(([peer]) => fits(peer));

  it("goes to named places only: the boxes, Redis and the cluster's names", () => {
    expect(rules).toHaveLength(3);
    for (const { to, ports } of rules) expect(Math.min(to.length, ports.length)).toBeGreaterThan(0);
    for (const [peer] of peers) {
      expect(peer.ipBlock ?? peer.podSelector?.matchLabels).toBeDefined();
      expect(peer.ipBlock?.cidr).not.toBe("0.0.0.0/0");
    }
  });

  it("reaches each box of the configuration", () => {
    for (const box of boxes()) {
      const open = find(({ ipBlock }) => ipBlock !== undefined && contains(ipBlock.cidr, box.hostname));
      expect([box.href, open.map(([, { port }]) => port)]).toEqual([box.href, [Number(box.port)]]);
    }
    expect(boxes().length).toBeGreaterThan(1);
  });

  it("reaches Redis at its port, and Redis lets it in", () => {
    const isRedis = ({ podSelector, namespaceSelector }: Peer) =>
      podSelector?.matchLabels !== undefined && namespaceSelector === undefined;
    const [[peer, port] = [{}, { port: "", protocol: "" }], ...more] = find(isRedis);
    expect([selected(peer.podSelector?.matchLabels), more]).toEqual([["redis"], []]);
    expectPort(port, "redis");
    const [rule] = specOf("NetworkPolicy", "redis").ingress;
    expect(rule?.from.map(({ podSelector }) => selected(podSelector?.matchLabels))).toEqual([[name]]);
    expect(specOf("NetworkPolicy", "redis").egress).toBeUndefined();
    const url = new URL(configuration().state.url?.reveal() ?? "");
    expect(specOf("Service", url.hostname).ports.map((one) => String(one.port))).toEqual([url.port]);
  });

  it("finds names, over both protocols", () => {
    const open = find(({ namespaceSelector }) => namespaceSelector !== undefined);
    expect(open.map(([, { port, protocol }]) => [port, protocol])).toEqual([
      [53, "UDP"],
      [53, "TCP"],
    ]);
  });
});

function configuration(): Config {
  const text = (find("ConfigMap", name).value["data"] as Record<string, string>)["config.yaml"] ?? "";
  return parseConfig(text, { PROXY_API_KEY: "sk-test" });
}

function boxes(): readonly URL[] {
  return Object.values(configuration().backends).map(({ url }) => new URL(url));
}

function contains(cidr: string, address: string): boolean {
  const [network = "", bits] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}

describe("kustomization.yaml", () => {
  const text = readFileSync(join(folder, "kustomization.yaml"), "utf8");
  const { resources, namespace } = parse(text) as {
    readonly resources: readonly string[];
    readonly namespace: string;
  };

  it("takes every file but the example of the Secret", () => {
    const files = readdirSync(folder).filter(
      (file) => !["kustomization.yaml", "secret.example.yaml"].includes(file),
    );
    expect(resources.toSorted()).toEqual(files.filter((file) => file !== "secret.yaml").toSorted());
    expect(objects.filter(({ kind }) => kind === "Secret").map(({ file }) => file)).toEqual([
      "secret.example.yaml",
    ]);
  });

  it("puts all into the namespace that it makes, and no object names another", () => {
    expect(find("Namespace", namespace).file).toBe("namespace.yaml");
    for (const { metadata } of objects) expect(metadata.namespace).toBeUndefined();
  });
});
