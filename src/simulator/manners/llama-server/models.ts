/** llama-server's lists and probes. */
import type { Box } from "../../box.ts";
import { contextLengthOf, defaultDimensions, type SimulatedModel } from "../../models.ts";
import { respondJson } from "../../respond.ts";
import type { Respond, Route } from "../server-manners.ts";
import { Refusal } from "../../refusal.ts";

/** An Ollama-like list stands beside OpenAI's (recorded: models); the state is router mode's (its README). */
const listModels: Respond = (context, box) => {
  const created = Math.floor(box.timing.now() / 1_000);
  const { models } = box.memory;
  return respondJson(context, box, {
    models: models.map(formatTag),
    object: "list",
    data: models.map((model) => formatModel(model, created, box)),
  });
};

function formatTag({ id, type }: SimulatedModel): object {
  return {
    name: id,
    model: id,
    modified_at: "",
    size: "",
    digest: "",
    type: "model",
    description: "",
    tags: [""],
    capabilities: [type === "embeddings" ? "embedding" : "completion"],
    parameters: "",
    details: {
      parent_model: "",
      format: "gguf",
      family: "",
      families: [""],
      parameter_size: "",
      quantization_level: "",
    },
  };
}

function formatModel(model: SimulatedModel, created: number, box: Box): object {
  return {
    id: model.id,
    aliases: [model.id],
    tags: [],
    object: "model",
    created,
    owned_by: "llamacpp",
    meta: {
      vocab_type: 1,
      n_vocab: 687,
      n_ctx: contextLengthOf(model),
      n_ctx_train: contextLengthOf(model),
      n_embd: model.dimensions ?? defaultDimensions,
      n_params: 0,
      size: 0,
      ftype: "simulated",
    },
    status: { value: box.memory.findLoaded(model.id) === undefined ? "unloaded" : "loaded" },
  };
}

const showHealth: Respond = (context, box) => respondJson(context, box, { status: "ok" });

const showProps: Respond = (context, box) => {
  const [model] = box.memory.models;
  return respondJson(context, box, {
    default_generation_settings: { params: {}, n_ctx: model === undefined ? 0 : contextLengthOf(model) },
    total_slots: 4,
    model_alias: model?.id ?? "",
    model_path: `${model?.id ?? ""}.gguf`,
    modalities: { vision: model?.type === "vlm", video: false, audio: false },
    endpoint_slots: true,
    endpoint_props: false,
    endpoint_metrics: false,
    chat_template: "",
    build_info: "b500-de3ff81",
  });
};

/** Recorded: metrics-disabled. */
const refuseMetrics: Respond = () => {
  const message = "This server does not support metrics endpoint. Start it with `--metrics`";
  throw new Refusal(501, { code: 501, message, type: "not_supported_error" });
};

/** What can be asked without a model. */
export const routes: readonly Route[] = [
  { method: "GET", path: "/v1/models", respond: listModels },
  { method: "GET", path: "/models", respond: listModels },
  { method: "GET", path: "/health", respond: showHealth },
  { method: "GET", path: "/v1/health", respond: showHealth },
  { method: "GET", path: "/props", respond: showProps },
  { method: "GET", path: "/metrics", respond: refuseMetrics },
];
