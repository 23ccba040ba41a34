/** The objects of deploy/kubernetes by kind and name, with the fields that the tests look at. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { projectRoot } from "../support/launch.ts";

export const folder = join(projectRoot, "deploy/kubernetes");

export type Labels = Readonly<Record<string, string>>;

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly timeoutSeconds: number;
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly envFrom?: ReadonlyArray<{ readonly secretRef: { readonly name: string } }>;
  readonly ports: ReadonlyArray<{
    readonly name: string;
    readonly containerPort: number;
    readonly protocol: string;
  }>;
  readonly volumeMounts?: ReadonlyArray<{
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }>;
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: SecurityContext;
}

interface Deployment {
  readonly replicas?: number;
  readonly selector: { readonly matchLabels: Labels };
  readonly template: {
    readonly metadata: { readonly labels: Labels };
    readonly spec: {
      readonly automountServiceAccountToken?: boolean;
      readonly enableServiceLinks?: boolean;
      readonly terminationGracePeriodSeconds?: number;
      readonly securityContext: SecurityContext;
      readonly topologySpreadConstraints?: ReadonlyArray<{
        readonly labelSelector: { readonly matchLabels: Labels };
      }>;
      readonly containers: readonly Container[];
      readonly volumes?: ReadonlyArray<{
        readonly name: string;
        readonly configMap?: { readonly name: string };
      }>;
    };
  };
}

export interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly namespaceSelector?: { readonly matchLabels: Labels };
  readonly ipBlock?: { readonly cidr: string };
}

export interface PolicyPort {
  readonly port: string | number;
  readonly protocol: string;
}

interface NetworkPolicy {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress: ReadonlyArray<{ readonly from: readonly Peer[]; readonly ports: readonly PolicyPort[] }>;
  readonly egress?: ReadonlyArray<{ readonly to: readonly Peer[]; readonly ports: readonly PolicyPort[] }>;
}

interface Specs {
  readonly Deployment: Deployment;
  readonly NetworkPolicy: NetworkPolicy;
  readonly Service: {
    readonly selector: Labels;
    readonly ports: ReadonlyArray<{ readonly port: number; readonly targetPort: string }>;
  };
  readonly HorizontalPodAutoscaler: {
    readonly scaleTargetRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
  };
  readonly PodDisruptionBudget: {
    readonly minAvailable: number;
    readonly selector: { readonly matchLabels: Labels };
  };
}

export interface KubernetesObject {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly value: Readonly<Record<string, unknown>>;
}

/** An operator's own Secret may lie there; it is no part of the project. */
const others = new Set(["kustomization.yaml", "secret.yaml"]);
const files = globSync("*.yaml", { cwd: folder }).filter((file) => !others.has(file));

/** Every object of every file, the example of the Secret too. */
export const objects: readonly KubernetesObject[] = files.toSorted().flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    const value = document.toJS() as Omit<KubernetesObject, "file" | "value">;
    return { ...value, file, value: { ...value } };
  }),
);

export function find(kind: string, name: string): KubernetesObject {
  const [found, ...more] = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined || more.length > 0) throw new Error(`there is not exactly one ${kind} ${name}`);
  return found;
}

/** The `spec`, whose form the schema's own test holds. */
export function specOf<Kind extends keyof Specs>(kind: Kind, name: string): Specs[Kind] {
  return find(kind, name).value["spec"] as Specs[Kind];
}

/** The only container of a Deployment. */
export function containerOf(name: string): Container {
  const [container, ...more] = specOf("Deployment", name).template.spec.containers;
  if (container === undefined || more.length > 0) throw new Error(`${name} has not exactly one container`);
  return container;
}
