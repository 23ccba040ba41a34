/** LM Studio's two native model lists, parsed. Pure; knows no fetch. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { isSameModel, type LocalModel } from "../protocol/openai/models.ts";
import type { ModelListSource } from "./dialect.ts";
import { nameModel, parseEntries } from "./model-entries.ts";

/** The newer list (its REST docs, v1, since 0.4.0): it alone tells the instances in memory and how much each takes at once. */
export const lmStudioInstanceList: ModelListSource = {
  path: "/api/v1/models",
  parse: (body) => parseEntries(body, "models", parseKey),
};

/** The older list (its REST docs, v0), which tells type and state. */
export const lmStudioModelList: ModelListSource = {
  path: "/api/v0/models",
  parse: (body) =>
    parseEntries(body, "data", (entry) => {
      const kind = entry["type"] === "embeddings" ? "embedding" : "chat";
      const state = entry["state"];
      const contextLength = entry["loaded_context_length"];
      const model = nameModel(entry["id"], kind, typeof state === "string" ? state === "loaded" : undefined);
      const seesImages = sightByType.get(entry["type"]);
      return model.map((named) => ({
        ...named,
        ...(typeof contextLength === "number" ? { contextLength } : {}),
        ...(seesImages === undefined ? {} : { seesImages }),
      }));
    }),
};

/** Of a type that it names one day nobody knows yet. */
const sightByType: ReadonlyMap<unknown, boolean> = new Map([
  ["llm", false],
  ["vlm", true],
]);

interface Instance {
  readonly id: string;
  readonly contextLength: number | undefined;
  readonly parallel: number | undefined;
}

/** The model itself with its instances (`key`, `key:2`), then those that were given a name of their own. */
function parseKey(entry: JsonObject): readonly LocalModel[] {
  const kind = entry["type"] === "embedding" ? "embedding" : "chat";
  const [model] = nameModel(entry["key"], kind, undefined);
  if (model === undefined) return [];
  const known: LocalModel = { ...model, ...readCapabilities(entry["capabilities"]) };
  const listed: unknown = entry["loaded_instances"];
  if (!Array.isArray(listed)) return [known];
  const instances = listed.flatMap(readInstance);
  const own = instances.filter(({ id }) => isInstanceOf(id, model.id));
  const renamed = instances.filter((instance) => !own.includes(instance));
  return [
    { ...known, isLoaded: own.length > 0, ...joinInstances(own) },
    ...renamed.map((instance) => ({
      ...known,
      id: instance.id,
      isLoaded: true,
      ...joinInstances([instance]),
    })),
  ];
}

/** A second instance is called `key:2`, one of a variant `key@q4_k_m`. */
function isInstanceOf(id: string, key: string): boolean {
  return isSameModel(id, key) || id.replace(/:\d+$/, "").replace(/@[^@/]*$/, "") === key;
}

function readInstance(value: unknown): readonly Instance[] {
  if (!isJsonObject(value) || typeof value["id"] !== "string") return [];
  const config = isJsonObject(value["config"]) ? value["config"] : {};
  const positive = (field: unknown) => (typeof field === "number" && field > 0 ? field : undefined);
  const [contextLength, parallel] = [positive(config["context_length"]), positive(config["parallel"])];
  return [{ id: value["id"], contextLength, parallel }];
}

/** Their places add up; which of them serves a request is not told, so the shortest context is the one to rely on. */
function joinInstances(instances: readonly Instance[]): Pick<LocalModel, "contextLength" | "parallel"> {
  const lengths = instances.flatMap(({ contextLength }) => contextLength ?? []);
  const tellsParallel = instances.some(({ parallel }) => parallel !== undefined);
  const parallel = instances.reduce((sum, instance) => sum + (instance.parallel ?? 1), 0);
  return {
    ...(lengths.length > 0 ? { contextLength: Math.min(...lengths) } : {}),
    ...(tellsParallel ? { parallel } : {}),
  };
}

function readCapabilities(capabilities: unknown): Pick<LocalModel, "seesImages" | "usesTools"> {
  if (!isJsonObject(capabilities)) return {};
  const { vision, trained_for_tool_use: tools } = capabilities;
  return {
    ...(typeof vision === "boolean" ? { seesImages: vision } : {}),
    ...(typeof tools === "boolean" ? { usesTools: tools } : {}),
  };
}
