/** The model list formats of the backend kinds, parsed. Each source is a path and a pure function. */
import { isJsonObject } from "../protocol/openai/fields.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { ModelListSource } from "./dialect.ts";

/** OpenAI's own list; llama-server's router mode adds `status.value` (its README). */
export const openaiModelList: ModelListSource = {
  path: "/v1/models",
  parse: (body) =>
    parseEntries(body, "data", (entry) => {
      const status = isJsonObject(entry["status"]) ? entry["status"]["value"] : undefined;
      return named(entry["id"], undefined, typeof status === "string" ? status === "loaded" : undefined);
    }),
};

/** LM Studio's native list, which tells type and state (its REST docs, v0). */
export const lmStudioModelList: ModelListSource = {
  path: "/api/v0/models",
  parse: (body) =>
    parseEntries(body, "data", (entry) => {
      const kind = entry["type"] === "embeddings" ? "embedding" : "chat";
      const state = entry["state"];
      const contextLength = entry["loaded_context_length"];
      const model = named(entry["id"], kind, typeof state === "string" ? state === "loaded" : undefined);
      const seesImages = sightByType.get(entry["type"]);
      return (
        model && {
          ...model,
          ...(typeof contextLength === "number" ? { contextLength } : {}),
          ...(seesImages === undefined ? {} : { seesImages }),
        }
      );
    }),
};

/** Of a type that it names one day nobody knows yet. */
const sightByType: ReadonlyMap<unknown, boolean> = new Map([
  ["llm", false],
  ["vlm", true],
]);

/** A server that lists one model has that one loaded; used where the product serves nothing else. */
export const servedModelList: ModelListSource = {
  path: "/v1/models",
  parse: (body) =>
    openaiModelList.parse(body)?.map((model) => ({ ...model, isLoaded: model.isLoaded ?? true })),
};

function parseEntries(
  body: unknown,
  key: string,
  parse: (entry: Record<string, unknown>) => LocalModel | undefined,
): readonly LocalModel[] | undefined {
  const entries = isJsonObject(body) ? body[key] : undefined;
  if (!Array.isArray(entries)) return undefined;
  return entries.flatMap((entry: unknown) => (isJsonObject(entry) ? (parse(entry) ?? []) : []));
}

function named(id: unknown, kind: LocalModel["kind"], isLoaded: boolean | undefined): LocalModel | undefined {
  return typeof id === "string" && id !== "" ? { id, kind, isLoaded } : undefined;
}
