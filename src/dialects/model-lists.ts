/** OpenAI's model list as backend kinds extend it, and what other answers of theirs add. Pure; knows no fetch. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { ModelListSource } from "./dialect.ts";
import { nameModel, parseEntries } from "./model-entries.ts";

/** OpenAI's own list; llama-server's router mode adds `status.value` (its README), vLLM `max_model_len`. */
export const openaiModelList: ModelListSource = {
  path: "/v1/models",
  parse: (body) =>
    parseEntries(body, "data", (entry) => {
      const status = isJsonObject(entry["status"]) ? entry["status"]["value"] : undefined;
      const isLoaded = typeof status === "string" ? status === "loaded" : undefined;
      const contextLength = entry["max_model_len"];
      return nameModel(entry["id"], undefined, isLoaded).map((model) => ({
        ...model,
        ...(status === "loading" ? { isLoading: true } : {}),
        ...(typeof contextLength === "number" ? { contextLength } : {}),
      }));
    }),
};

/** A server that lists one model has that one loaded; used where the product serves nothing else. */
export const servedModelList: ModelListSource = {
  path: "/v1/models",
  parse: (body) =>
    openaiModelList.parse(body)?.map((model) => ({ ...model, isLoaded: model.isLoaded ?? true })),
};

/** llama-server's list, with its slots, context and sight, which it tells of the one model it was started with. */
export const llamaServerModelList: ModelListSource = {
  ...servedModelList,
  details: {
    path: "/props",
    merge(models, body) {
      if (!isJsonObject(body)) return models;
      const { model_alias: alias } = body;
      const told = readProps(body);
      return models.map((model) =>
        models.length === 1 || model.id === alias ? { ...model, ...told } : model,
      );
    },
  },
};

/** Ollama's list, with what is in memory. */
export const ollamaModelList: ModelListSource = {
  ...openaiModelList,
  details: {
    path: "/api/ps",
    merge(models, body) {
      const running = parseEntries(body, "models", (entry) => [entry]);
      if (running === undefined) return models;
      return models.map((model) => {
        const entry = running.find(
          ({ name, model: id }) => isTagged(model.id, name) || isTagged(model.id, id),
        );
        const contextLength = entry?.["context_length"];
        return {
          ...model,
          isLoaded: entry !== undefined,
          ...(typeof contextLength === "number" ? { contextLength } : {}),
        };
      });
    },
  },
};

/** `n_ctx` is that of one slot, which is what a request gets. */
function readProps(props: JsonObject): Pick<LocalModel, "contextLength" | "parallel" | "seesImages"> {
  const settings = props["default_generation_settings"];
  const contextLength = isJsonObject(settings) ? settings["n_ctx"] : undefined;
  const slots = props["total_slots"];
  const vision = isJsonObject(props["modalities"]) ? props["modalities"]["vision"] : undefined;
  return {
    ...(typeof contextLength === "number" && contextLength > 0 ? { contextLength } : {}),
    ...(typeof slots === "number" && slots > 0 ? { parallel: slots } : {}),
    ...(typeof vision === "boolean" ? { seesImages: vision } : {}),
  };
}

/** Ollama leaves `:latest` out in some places. */
function isTagged(listed: string, running: unknown): boolean {
  const withTag = (name: string) => (name.includes(":") ? name : `${name}:latest`);
  return typeof running === "string" && withTag(listed) === withTag(running);
}
