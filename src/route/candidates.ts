/** Who may take this request, in tiers of preference, and why each of the others may not. Pure; knows no policy. */
import type { BackendPlan } from "../config/plan.ts";
import { isSameModel, type LocalModel, type ModelKind } from "../protocol/openai/models.ts";
import type { BackendSnapshot } from "./pool.ts";

/** What a request asks of a backend. */
export interface RouteNeeds {
  /** Undefined takes any backend, as for a name that is passed through although none lists it. */
  readonly model: string | undefined;
  readonly kind: ModelKind;
  readonly vision?: boolean | undefined;
  readonly tools?: boolean | undefined;
}

export interface RouteLimits {
  /** Names that the matched route allows; undefined for all. */
  readonly allowed?: ReadonlySet<string> | undefined;
  /** Names that this request has tried already. */
  readonly tried?: ReadonlySet<string> | undefined;
}

/** Loaded goes before merely listed, which goes before "it has told no list yet". */
export type CandidateTier = "loaded" | "listed" | "maybe";

/** A backend that may take the request, flattened to the facts that policies weigh. */
export interface Candidate {
  readonly name: string;
  readonly backend: BackendPlan;
  readonly tier: CandidateTier;
  /** The model as this backend lists it; undefined in tier "maybe" and where no model is asked for. */
  readonly modelId: string | undefined;
  readonly weight: number;
  readonly inFlight: number;
  readonly queued: number;
  /** 1 where nobody told. */
  readonly places: number;
  readonly successes: number;
  readonly failures: number;
  readonly ttftMs: number | undefined;
}

export type RefusalReason =
  | "tried"
  | "not-allowed"
  | "no-model"
  | "wrong-kind"
  | "no-vision"
  | "no-tools"
  | "drained"
  | "breaker-open"
  | "outlier"
  | "down";

export interface Refusal {
  readonly name: string;
  readonly reason: RefusalReason;
}

export interface Candidates {
  /** Best tier first; none of them is empty. */
  readonly tiers: readonly (readonly Candidate[])[];
  readonly refusals: readonly Refusal[];
  /** Fit but for being down or an outlier: to be tried if there is no candidate, since only traffic can prove them back. */
  readonly lastResorts: readonly Candidate[];
}

type Fit =
  { readonly tier: CandidateTier; readonly modelId: string | undefined } | { readonly reason: RefusalReason };

const tierOrder: readonly CandidateTier[] = ["loaded", "listed", "maybe"];

/** Sorts the backends into candidates and refusals. */
export function findCandidates(
  needs: RouteNeeds,
  snapshots: readonly BackendSnapshot[],
  limits: RouteLimits = {},
): Candidates {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  const lastResorts: Candidate[] = [];
  for (const snapshot of snapshots) {
    const { name } = snapshot.backend;
    const fit = fitOf(needs, snapshot, limits);
    if ("reason" in fit) {
      refusals.push({ name, reason: fit.reason });
      continue;
    }
    const candidate = toCandidate(snapshot, fit.tier, fit.modelId);
    const illness = illnessOf(snapshot);
    if (illness === undefined) candidates.push(candidate);
    else refusals.push({ name, reason: illness });
    if (illness === "down" || illness === "outlier") lastResorts.push(candidate);
  }
  const tiers = tierOrder
    .map((tier) => candidates.filter((candidate) => candidate.tier === tier))
    .filter((tier) => tier.length > 0);
  return { tiers, refusals, lastResorts };
}

/** Whether it would run a further request at once. */
export function hasRoom(candidate: Candidate): boolean {
  return candidate.inFlight + candidate.queued < candidate.places;
}

const refusalWords: Readonly<Record<RefusalReason, string>> = {
  tried: "has failed this request already",
  "not-allowed": "is not among the backends of this route",
  "no-model": "does not have the model",
  "wrong-kind": "has the model, but not of the kind that this endpoint needs",
  "no-vision": "has the model, but it takes no images",
  "no-tools": "has the model, but it calls no tools",
  drained: "is drained and takes nothing new",
  "breaker-open": "failed too often and is left alone for a moment",
  outlier: "fails far more often than the others",
  down: "is down",
};

/** `box-a does not have the model`: for the error message and the log. */
export function formatRefusal({ name, reason }: Refusal): string {
  return `${name} ${refusalWords[reason]}`;
}

function fitOf(needs: RouteNeeds, snapshot: BackendSnapshot, { allowed, tried }: RouteLimits): Fit {
  const { name } = snapshot.backend;
  if (allowed !== undefined && !allowed.has(name)) return { reason: "not-allowed" };
  if (tried?.has(name) === true) return { reason: "tried" };
  if (needs.model === undefined || snapshot.models === undefined)
    return { tier: "maybe", modelId: undefined };
  return fitOfModel(needs, needs.model, snapshot.models);
}

/** The first loaded model of that name that can do what is asked, else the first that can. */
function fitOfModel(needs: RouteNeeds, asked: string, models: readonly LocalModel[]): Fit {
  const exact = models.filter(({ id }) => id === asked);
  const named = exact.length > 0 ? exact : models.filter(({ id }) => isSameModel(asked, id));
  const able = named.filter((model) => lackOf(model, needs) === undefined);
  const best = able.find(({ isLoaded }) => isLoaded === true) ?? able[0];
  if (best !== undefined) return { tier: best.isLoaded === true ? "loaded" : "listed", modelId: best.id };
  const [closest] = named;
  return { reason: (closest && lackOf(closest, needs)) ?? "no-model" };
}

function lackOf(model: LocalModel, needs: RouteNeeds): RefusalReason | undefined {
  if (model.kind !== undefined && model.kind !== needs.kind) return "wrong-kind";
  if (needs.vision === true && model.seesImages === false) return "no-vision";
  if (needs.tools === true && model.usesTools === false) return "no-tools";
  return undefined;
}

function illnessOf(snapshot: BackendSnapshot): RefusalReason | undefined {
  if (snapshot.isDrained === true) return "drained";
  if (snapshot.breakerAdmits === false) return "breaker-open";
  if (snapshot.status === "down") return "down";
  return snapshot.isOutlier === true ? "outlier" : undefined;
}

function toCandidate(snapshot: BackendSnapshot, tier: CandidateTier, modelId: string | undefined): Candidate {
  return {
    name: snapshot.backend.name,
    backend: snapshot.backend,
    tier,
    modelId,
    weight: snapshot.weight ?? 1,
    inFlight: snapshot.inFlight,
    queued: snapshot.queued ?? 0,
    places: snapshot.places ?? 1,
    successes: snapshot.traffic?.successes ?? 0,
    failures: snapshot.traffic?.failures ?? 0,
    ttftMs: snapshot.traffic?.ttftMs,
  };
}
