/** What a backend kind differs in. Knows no fetch and no configuration. */
import type { LocalModel } from "../protocol/openai/models.ts";

export interface Dialect {
  /** The product's name as people write it, for messages. */
  readonly label: string;
  /** Where the models stand, best source first; the next one is asked where `parse` finds nothing it knows. */
  readonly modelLists: readonly ModelListSource[];
}

export interface ModelListSource {
  readonly path: string;
  /** The models in the parsed body, or undefined where it is not such a list (LM Studio answers 200 to anything). */
  parse(body: unknown): readonly LocalModel[] | undefined;
}
