/** Ollama's lists and probes. */
import type { SimulatedModel } from "../../models.ts";
import { respondJson } from "../../respond.ts";
import type { Respond, Route } from "../server-manners.ts";
import { refuseWith } from "./refusals.ts";

/** When the models' files were last changed, which its OpenAI list calls `created`. */
const modifiedAt = Date.UTC(2026, 0, 2);

const listModels: Respond = (context, box) =>
  respondJson(context, box, { object: "list", data: box.memory.models.map(formatModel) });

const showModel: Respond = (context, box) => {
  const id = context.req.param("id") ?? "";
  const model = box.memory.models.find((candidate) => candidate.id === id);
  if (model === undefined) throw refuseWith(404, `model '${id}' not found`);
  return respondJson(context, box, formatModel(model));
};

function formatModel({ id }: SimulatedModel): object {
  return { id, object: "model", created: modifiedAt / 1_000, owned_by: "library" };
}

const listTags: Respond = (context, box) =>
  respondJson(context, box, { models: box.memory.models.map(formatTag) });

const listRunning: Respond = (context, box) => {
  const running = box.memory.models.filter(({ id }) => box.memory.findLoaded(id) !== undefined);
  return respondJson(context, box, { models: running.map(formatTag) });
};

function formatTag({ id }: SimulatedModel): object {
  return {
    name: id,
    model: id,
    modified_at: new Date(modifiedAt).toISOString(),
    size: 0,
    digest: "",
    details: { format: "gguf", family: "simulated", parameter_size: "8B", quantization_level: "Q4_K_M" },
  };
}

/** What can be asked without a model. */
export const routes: readonly Route[] = [
  { method: "GET", path: "/", respond: async () => new Response("Ollama is running") },
  {
    method: "GET",
    path: "/api/version",
    respond: (context, box) => respondJson(context, box, { version: "0.12.6" }),
  },
  { method: "GET", path: "/api/tags", respond: listTags },
  { method: "GET", path: "/api/ps", respond: listRunning },
  { method: "GET", path: "/v1/models", respond: listModels },
  { method: "GET", path: "/v1/models/:id{.+}", respond: showModel },
];
