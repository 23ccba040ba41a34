/** The pods of deploy/kubernetes: what they may do, how they are probed, and how they end. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/parse.ts";
import { projectRoot } from "../support/launch.ts";
import { createTestApp } from "../support/test-app.ts";
import { shipped } from "./assemble-image.ts";
import { environmentOf, textOf } from "./dockerfile.ts";
import { type Container, containerOf, find, folder, objects, specOf } from "./kubernetes-objects.ts";

const name = "openai-local-proxy";
const proxy = containerOf(name);
const { spec: pod } = specOf("Deployment", name).template;
const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  version: string;
};
const configText = (find("ConfigMap", name).value["data"] as Record<string, string>)["config.yaml"] ?? "";
const secretNames = Object.keys(find("Secret", name).value["stringData"] as Record<string, string>);
const config = parseConfig(configText, Object.fromEntries(secretNames.map((key) => [key, "sk-test"])));

describe.for([name, "redis"])("the pod of %s", (owner) => {
  const { spec } = specOf("Deployment", owner).template;
  const container = containerOf(owner);

  it("is one that a namespace with the restricted level admits", () => {
    expect(find("Namespace", name).metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
  });

  it("gets no variables of the cluster's services into its environment", () => {
    expect(spec.enableServiceLinks).toBe(false);
  });

  it("says what it needs and what it may take", () => {
    const { requests, limits } = container.resources;
    expect(Object.keys(requests)).toEqual(["cpu", "memory"]);
    expect(mebibytes(limits["memory"])).toBeGreaterThan(mebibytes(requests["memory"]));
  });

  it("is of a pinned image", () => {
    expect(container.image).toMatch(/^[\w./-]+:\d+\.\d+[\w.-]*$/);
  });
});

const mebibytes = (text = ""): number => Number(/^(\d+)Mi$/.exec(text)?.[1]);

describe("the proxy's container", () => {
  it("is this version of the image, and kustomization.yaml replaces its name alone", () => {
    const { images } = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")) as {
      readonly images: ReadonlyArray<{
        readonly name: string;
        readonly newName: string;
        readonly newTag: string;
      }>;
    };
    expect(proxy.image).toBe(`${name}:${version}`);
    expect(images.map((image) => [image.name, image.newTag])).toEqual([[name, version]]);
    expect(images[0]?.newName).not.toContain(":");
  });

  it("is run by the user of the image", () => {
    const { runAsUser, runAsGroup } = pod.securityContext as { runAsUser: number; runAsGroup: number };
    expect(textOf(shipped, "USER")).toBe(`${runAsUser}:${runAsGroup}`);
  });

  it("listens at the port that the configuration, the image and the manifest name", () => {
    expect(config.server.host).toBe("0.0.0.0");
    expect(proxy.ports).toEqual([{ name: "http", containerPort: config.server.port, protocol: "TCP" }]);
    expect(textOf(shipped, "EXPOSE")).toBe(String(config.server.port));
  });

  it("finds its configuration where the image looks, as a folder, so that a change arrives", () => {
    const [mount, ...more] = proxy.volumeMounts ?? [];
    expect(more).toEqual([]);
    const volume = pod.volumes?.find((one) => one.name === mount?.name);
    expect(volume?.configMap?.name).toBe(name);
    expect(mount?.subPath).toBeUndefined();
    const files = Object.keys(find("ConfigMap", name).value["data"] as object);
    expect(files.map((file) => `${mount?.mountPath}/${file}`)).toEqual([
      environmentOf(shipped)["OPENAI_LOCAL_PROXY_CONFIG"],
    ]);
  });

  it("gets every variable that its configuration asks for from the Secret, and no other", () => {
    const asked = [...configText.matchAll(/"?\$\{(\w+)\}/g)].map(([, variable]) => variable);
    expect(asked.toSorted()).toEqual(secretNames.toSorted());
    expect(proxy.envFrom).toEqual([{ secretRef: { name } }]);
  });

  it("lets nobody in without a key", () => {
    expect(config.authentication.enabled).toBe(true);
  });
});

describe("the probes", () => {
  const probes = ["startupProbe", "livenessProbe", "readinessProbe"] as const satisfies ReadonlyArray<
    keyof Container
  >;

  it.for(probes)("%s asks a path that the app has, at a port that exists, without a key", async (probe) => {
    const { path = "", port } = proxy[probe]?.httpGet ?? {};
    expect(proxy.ports.map((one) => one.name)).toContain(port);
    const app = createTestApp(
      {
        backends: { box: { url: "http://box.test" } },
        authentication: { enabled: true, valid_api_keys: ["sk-test"] },
      },
      { fetch: () => Promise.resolve(Response.json({ object: "list", data: [] })) },
    );
    const response = await app.request(path);
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { status: probe === "readinessProbe" ? "ready" : "ok" },
    ]);
  });

  it("restart a pod for its own sake only, and leave it in the Service while no box answers", async () => {
    const app = createTestApp(
      { backends: { box: { url: "http://box.test" } } },
      { fetch: () => Promise.reject(new Error("No box here.")) },
    );
    const status = async (probe: (typeof probes)[number]) =>
      (await app.request(proxy[probe]?.httpGet?.path ?? "")).status;
    expect(await Promise.all(probes.map(status))).toEqual([200, 200, 200]);
  });

  it("wait longer for readiness than the app waits for a silent box", () => {
    expect(proxy.readinessProbe?.timeoutSeconds).toBeGreaterThan(3);
  });
});

describe("the end of a pod", () => {
  it("leaves time for preStop, for the drain, and some more", () => {
    const before = proxy.lifecycle?.preStop.sleep.seconds ?? 0;
    expect(before).toBeGreaterThanOrEqual(5);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      before + config.server.drain_timeout + 5,
    );
  });
});

it("leaves no image to chance", () => {
  expect(JSON.stringify(objects)).not.toMatch(/:latest\b/);
});
