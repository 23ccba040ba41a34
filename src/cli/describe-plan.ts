/** Puts a plan into words for the operator: who may call, and where each name goes. Pure; shows no secret. */
import type { Plan, TargetNames } from "../config/plan.ts";
import { isSameModel, kindOf, type LocalModel, type ModelKind } from "../protocol/openai/models.ts";
import { pickAutomatically } from "../translate/alias.ts";

/** Undefined while no backend has told its models. */
export type Listed = readonly LocalModel[] | undefined;

/** One line an alias, patterns after exact names and in the order they are tried. */
export function describeMapping(plan: Plan, listed: Listed): readonly string[] {
  const entries = [
    ...plan.aliases,
    ...plan.aliasPatterns.map(({ pattern, target }) => [pattern, target] as const),
  ];
  return entries.map(([alias, target]) => `${showName(alias)} → ${describeTarget(target, listed)}`);
}

/** What a name gets that the mapping does not know. */
export function describeUnknown(plan: Plan, listed: Listed): readonly string[] {
  if (plan.defaultTarget !== undefined)
    return [`${describeTarget(plan.defaultTarget, listed)} (default_model)`];
  switch (plan.unknownModel) {
    case "reject":
      return ["is refused with model_not_found, unless a backend has a model of that name"];
    case "passthrough":
      return ["goes to the backend as it is"];
    case "auto":
      return listed === undefined
        ? ["the model that is loaded, once a backend answers"]
        : [describeAutomatic("chat", listed), describeAutomatic("embedding", listed)];
  }
}

/** Names the keys that have names. */
export function describeAuthentication(plan: Plan): string {
  const count = plan.keys.length;
  const names = plan.keys.filter(({ isNamed }) => isNamed).map(({ name }) => showName(name));
  if (!plan.authenticationEnabled) {
    const unused =
      names.length === 0 ? "" : `, for authentication.enabled is false; unused: ${names.join(", ")}`;
    return `authentication is off: no key is asked for${unused}`;
  }
  const told = names.length === 0 ? "" : ` (${count > names.length ? "among them " : ""}${names.join(", ")})`;
  return `authentication is on: ${count === 1 ? "1 key is" : `${count} keys are`} let in${told}`;
}

/** Names come from files and from backends: nothing in them may begin a new line or steer the terminal. */
export function showName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "�");
}

function describeTarget(target: TargetNames, listed: Listed): string {
  const { chat, embedding, sharedByKinds, split } = target;
  const show = (model: string) =>
    `${showName(model)}${isMissing(model, listed) ? "  ✗ not on any backend" : ""}`;
  if (split !== undefined) {
    const shares = split.targets.map(({ name, weight }) => `${show(name)} (${weight})`).join(", ");
    return split.shadow === undefined ? shares : `${shares}; copies to ${show(split.shadow.model)}`;
  }
  if (sharedByKinds && chat !== undefined) return show(chat);
  const parts = [
    ...(chat === undefined ? [] : [`chat: ${show(chat)}`]),
    ...(embedding === undefined ? [] : [`embeddings: ${show(embedding)}`]),
  ];
  return parts.join(", ");
}

function isMissing(target: string, listed: Listed): boolean {
  return listed !== undefined && !listed.some((model) => isSameModel(target, model.id));
}

function describeAutomatic(kind: ModelKind, listed: readonly LocalModel[]): string {
  const label = kind === "chat" ? "chat" : "embeddings";
  const model = pickAutomatically(kind, listed);
  if (model === undefined) return `${label}: no backend has such a model yet`;
  const states = listed.filter((candidate) => kindOf(candidate) === kind).map(({ isLoaded }) => isLoaded);
  const name = showName(model.id);
  if (model.isLoaded === true) return `${label}: loaded model ${name}`;
  return states.includes(false) ? `${label}: ${name}, since none is loaded` : `${label}: ${name}`;
}
