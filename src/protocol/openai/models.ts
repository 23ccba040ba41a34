/** Models: what a backend has, and OpenAI's list and object shapes. Knows no backend's own list format. */

/** Chat, completions and responses run on chat models; embeddings on embedding models. */
export type ModelKind = "chat" | "embedding";

/** One model as a backend lists it. */
export interface LocalModel {
  readonly id: string;
  /** Undefined where the backend does not tell; see `guessKind`. */
  readonly kind: ModelKind | undefined;
  /** Undefined where the backend does not tell. */
  readonly isLoaded: boolean | undefined;
  /** Whether it is being loaded right now, where the backend tells that. */
  readonly isLoading?: boolean | undefined;
  /** The context that it was loaded with, in tokens. */
  readonly contextLength?: number | undefined;
  /** Whether it takes images. Left out where the backend does not tell. */
  readonly seesImages?: boolean | undefined;
  /** Whether it was trained to call tools. Left out where the backend does not tell. */
  readonly usesTools?: boolean | undefined;
  /** How many requests its loaded instances take at once, together. Left out where the backend does not tell. */
  readonly parallel?: number | undefined;
}

/** OpenAI's Model object; `created` is seconds since the epoch. */
export interface ModelObject {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
}

const embeddingNames = /embed|(^|[/_-])(bge|e5|gte|minilm|jina-emb|arctic-emb|ada-002)([/_.-]|$)/i;

/** The kind that a name speaks of, for backends that list names alone. */
export function guessKind(id: string): ModelKind {
  return embeddingNames.test(id) ? "embedding" : "chat";
}

/** The kind a backend told, or else the one its name speaks of. */
export function kindOf(model: LocalModel): ModelKind {
  return model.kind ?? guessKind(model.id);
}

/** The bare name in lower case: without publisher (`qwen/`), quantisation (`@q4_k_m`) and instance (`:2`). */
export function bareModelName(id: string): string {
  const named = id.slice(id.lastIndexOf("/") + 1);
  // Few have either.
  const whole = named.includes("@") ? named.replace(/@[^@/]*$/, "") : named;
  const name = whole.includes(":") ? whole.replace(/:\d+$/, "") : whole;
  return name.toLowerCase();
}

/** Whether `asked` names `listed` as LM Studio understands names: exactly, or by the bare name. */
export function isSameModel(asked: string, listed: string): boolean {
  if (asked === listed) return true;
  if (bareModelName(asked) !== bareModelName(listed)) return false;
  const [one, other] = [publisherOf(asked), publisherOf(listed)];
  return one === undefined || other === undefined || one === other;
}

function publisherOf(id: string): string | undefined {
  const end = id.lastIndexOf("/");
  return end === -1 ? undefined : id.slice(0, end).toLowerCase();
}

/** The list answer of GET /v1/models. */
export function formatModelList(models: readonly ModelObject[]): {
  object: "list";
  data: readonly ModelObject[];
} {
  return { object: "list", data: models };
}
