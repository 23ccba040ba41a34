/** Resolves the name that a client asked for to a model on the backends. Pure; knows neither configuration files nor health. */
import { findNearest } from "../config/nearest.ts";
import type { Plan, SplitPlan, TargetNames } from "../config/plan.ts";
import type { Target } from "../exchange.ts";
import {
  guessKind,
  isSameModel,
  kindOf,
  type LocalModel,
  type ModelKind,
} from "../protocol/openai/models.ts";

/** A model, and the split where several share the requests for the name. */
export interface Resolved extends Target {
  readonly split?: SplitPlan | undefined;
}

/** Undefined `listed` means that no backend has told its models yet. */
export type Listed = readonly LocalModel[] | undefined;

/**
 * The order is: exact name, pattern, default model, a name that a backend has, then `unknown_model`.
 * Undefined means that the name is to be rejected.
 */
export function resolveAlias(
  asked: string,
  kind: ModelKind,
  plan: Plan,
  listed: Listed,
): Resolved | undefined {
  const exact = plan.aliases.get(asked);
  if (exact?.[kind] !== undefined) return { model: exact[kind], via: "alias", split: exact.split };
  for (const { pattern, matches, target } of plan.aliasPatterns) {
    const model = matches.test(asked) ? fittingName(target, kind, listed, pattern) : undefined;
    if (model !== undefined) return { model, via: "pattern", split: target.split };
  }
  if (plan.defaultTarget !== undefined) {
    const model = fittingName(plan.defaultTarget, kind, listed, "");
    if (model !== undefined) return { model, via: "default", split: plan.defaultTarget.split };
  }
  if (listed === undefined || listed.some((model) => isSameModel(asked, model.id))) {
    return { model: asked, via: listed === undefined ? "asked" : "local" };
  }
  if (plan.unknownModel === "passthrough") return { model: asked, via: "asked" };
  if (plan.unknownModel === "reject") return undefined;
  const model = pickAutomatically(kind, listed);
  return model === undefined ? undefined : { model: model.id, via: "auto" };
}

/** The model that serves unknown names under `auto`: a loaded one of the kind, else the first one that could be loaded. */
export function pickAutomatically(kind: ModelKind, listed: readonly LocalModel[]): LocalModel | undefined {
  const ofKind = listed.filter((model) => kindOf(model) === kind);
  return ofKind.find((model) => model.isLoaded === true) ?? ofKind[0];
}

/** Whether resolving this name can depend on what the backends have. */
export function needsModelList(asked: string, kind: ModelKind, plan: Plan): boolean {
  return plan.aliases.get(asked)?.[kind] === undefined;
}

/** The names closest to an unknown one: aliases first, then what the backends have. */
export function nearestNames(asked: string, kind: ModelKind, plan: Plan, listed: Listed): string[] {
  const aliases = [...plan.aliases].filter(([, target]) => target[kind] !== undefined).map(([name]) => name);
  const local = (listed ?? []).filter((model) => kindOf(model) === kind).map((model) => model.id);
  const known = new Set([...aliases, ...local]);
  const nearest = findNearest(asked, known, 3);
  return nearest.length > 0 ? nearest : [...known].slice(0, 3);
}

/**
 * A wildcard or default meant for chat must not catch embeddings, nor the other way round; an exact name is the
 * operator's word. What the backend tells of the target decides, else what the target's or the pattern's name speaks of.
 */
function fittingName(
  target: TargetNames,
  kind: ModelKind,
  listed: Listed,
  pattern: string,
): string | undefined {
  const model = target[kind];
  if (model === undefined || !target.sharedByKinds) return model;
  const told = listed?.find((candidate) => isSameModel(model, candidate.id))?.kind;
  const speaksOfEmbedding = [model, pattern].some((name) => guessKind(name) === "embedding");
  return (told ?? (speaksOfEmbedding ? "embedding" : "chat")) === kind ? model : undefined;
}
