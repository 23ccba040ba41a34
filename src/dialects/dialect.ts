/** What a backend kind differs in. Knows no fetch and no configuration. */
import type { LocalModel } from "../protocol/openai/models.ts";
import type { ModelLoading } from "./model-loading.ts";

export interface Dialect {
  /** The product's name as people write it, for messages. */
  readonly label: string;
  /** Where the models stand, best source first; the next one is asked where `parse` finds nothing it knows. */
  readonly modelLists: readonly ModelListSource[];
  /** Its API that loads a model; left out where the first request for a model is what loads it. */
  readonly loading?: ModelLoading;
}

export interface ModelListSource {
  readonly path: string;
  /** The models in the parsed body, or undefined where it is not such a list (LM Studio answers 200 to anything). */
  parse(body: unknown): readonly LocalModel[] | undefined;
  /** A second answer that tells more of the same models; the list alone does where it fails. */
  readonly details?: ModelDetails;
}

export interface ModelDetails {
  readonly path: string;
  /** The models with what the parsed body adds; unchanged where it is not the body that was expected. */
  merge(models: readonly LocalModel[], body: unknown): readonly LocalModel[];
}
