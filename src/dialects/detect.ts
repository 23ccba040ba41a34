/** Tells a backend's kind by what it answers. Pure: the asking is done elsewhere. */
import type { BackendType } from "../config/schema.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";

export interface KindProbe {
  readonly path: string;
  /** The kind that a body answered with status 200 speaks of; undefined where it speaks of none. */
  recognise(body: JsonObject): BackendType | undefined;
}

/** In the order in which they are to be asked: a 200 alone proves nothing, since LM Studio answers it to any path. */
export const kindProbes: readonly KindProbe[] = [
  { path: "/api/v1/models", recognise: ({ models }) => (Array.isArray(models) ? "lmstudio" : undefined) },
  { path: "/api/v0/models", recognise: ({ data }) => (Array.isArray(data) ? "lmstudio" : undefined) },
  { path: "/api/version", recognise: ({ version }) => (typeof version === "string" ? "ollama" : undefined) },
  {
    path: "/props",
    recognise: (body) =>
      "default_generation_settings" in body || "build_info" in body ? "llama-server" : undefined,
  },
  { path: "/v1/models", recognise: recogniseOwner },
  { path: "/version", recognise: ({ version }) => (typeof version === "string" ? "vllm" : undefined) },
];

const kindsByOwner: Readonly<Record<string, BackendType>> = {
  organization_owner: "lmstudio",
  llamacpp: "llama-server",
  library: "ollama",
  vllm: "vllm",
};

function recogniseOwner({ data }: JsonObject): BackendType | undefined {
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const owner = isJsonObject(first) ? first["owned_by"] : undefined;
  return typeof owner === "string" ? kindsByOwner[owner] : undefined;
}
