/** The model lists of LM Studio's three interfaces, and loading by hand. */
import { z } from "zod";
import type { Box, SimulatorContext } from "../../box.ts";
import type { LoadedInstance } from "../../model-memory.ts";
import { contextLengthOf, type SimulatedModel } from "../../models.ts";
import { readJson } from "../../read-body.ts";
import { modelNotFound } from "./refusals.ts";
import { respondJson } from "../../respond.ts";
import { readFields } from "./request-fields.ts";

/** How many generations LM Studio runs at once by default. */
const parallel = 4;

const loadBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }),
  context_length: z.int().positive().nullish(),
  echo_load_config: z.boolean().nullish(),
});
const unloadBody = z.looseObject({
  instance_id: z.string({ error: "'instance_id' field must be a string" }),
});

/** GET /v1/models: all on disk, loaded or not, and no `created` (eyalrot/ollama_openai#34). */
export function listModels(context: SimulatorContext, box: Box): Promise<Response> {
  const data = box.memory.models.map(({ id }) => ({ id, object: "model", owned_by: "simulator" }));
  return respondJson(context, box, { data, object: "list" });
}

/** GET /api/v0/models. */
export function listNativeModels(context: SimulatorContext, box: Box): Promise<Response> {
  const data = box.memory.models.map((model) => formatNative(model, box));
  return respondJson(context, box, { object: "list", data });
}

/** GET /api/v0/models/{id}; the id may hold slashes. */
export function showNativeModel(context: SimulatorContext, box: Box): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const model = box.memory.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw unknown(id, box);
  return respondJson(context, box, formatNative(model, box));
}

/** GET /api/v1/models: the one list that tells the context length and the parallelism of what is loaded. */
export function listModelsWithInstances(context: SimulatorContext, box: Box): Promise<Response> {
  const models = box.memory.models.map((model) => ({
    type: model.type === "embeddings" ? "embedding" : "llm",
    publisher: "simulator",
    key: model.id,
    display_name: `${model.id} (simulated)`,
    loaded_instances: formatInstances(box.memory.findLoaded(model.id)),
    max_context_length: contextLengthOf(model),
    ...(model.type === "embeddings" ? {} : { capabilities: formatCapabilities(model) }),
  }));
  return respondJson(context, box, { models });
}

/** POST /api/v1/models/load. */
export async function loadModel(context: SimulatorContext, box: Box): Promise<Response> {
  const body = readFields(await readJson(context, box), loadBody);
  const begun = box.timing.now();
  const contextLength = body.context_length ?? undefined;
  const model = box.memory.models.find(({ id }) => id === body.model);
  if (model === undefined) throw unknown(body.model, box);
  const instance = await box.memory.load(model, contextLength, context.var.work.signal);
  const config = { load_config: { context_length: instance.contextLength, parallel } };
  return respondJson(context, box, {
    type: instance.model.type === "embeddings" ? "embedding" : "llm",
    instance_id: instance.model.id,
    load_time_seconds: (box.timing.now() - begun) / 1_000,
    status: "loaded",
    ...(body.echo_load_config === true ? config : {}),
  });
}

/** POST /api/v1/models/unload. */
export async function unloadModel(context: SimulatorContext, box: Box): Promise<Response> {
  const { instance_id } = readFields(await readJson(context, box), unloadBody);
  if (!box.memory.unload(instance_id)) throw unknown(instance_id, box);
  return respondJson(context, box, { instance_id });
}

function unknown(id: string, box: Box) {
  return modelNotFound(
    id,
    box.memory.models.map((model) => model.id),
  );
}

function formatNative(model: SimulatedModel, box: Box): object {
  const instance = box.memory.findLoaded(model.id);
  return {
    id: model.id,
    object: "model",
    type: model.type,
    publisher: "simulator",
    arch: "simulated",
    compatibility_type: "gguf",
    quantization: "Q4_K_M",
    state: instance === undefined ? "not-loaded" : "loaded",
    max_context_length: contextLengthOf(model),
    ...(instance === undefined ? {} : { loaded_context_length: instance.contextLength }),
  };
}

function formatInstances(instance: LoadedInstance | undefined): readonly object[] {
  if (instance === undefined) return [];
  return [{ id: instance.model.id, config: { context_length: instance.contextLength, parallel } }];
}

function formatCapabilities(model: SimulatedModel): object {
  const reasoning = { reasoning: { allowed_options: ["off", "on"], default: "on" } };
  return {
    vision: model.type === "vlm",
    trained_for_tool_use: true,
    ...(model.isReasoning === true ? reasoning : {}),
  };
}
