/** What mends are told of a request, with what a test leaves out filled in. */
import { defaultModelOptions, type ModelOptions } from "../../src/config/model-options.ts";
import type { MendFacts } from "../../src/dialects/mend.ts";

export interface GivenFacts extends Partial<Pick<MendFacts, "endpoint" | "asked" | "model" | "askedAt">> {
  readonly options?: Partial<ModelOptions> | undefined;
}

export function mendFacts({ options, ...given }: GivenFacts = {}): MendFacts {
  return {
    endpoint: "chat",
    asked: {},
    model: "local",
    askedAt: 1_700_000_000,
    options: { ...defaultModelOptions, ...options },
    contextLength: () => options?.contextLength,
    ...given,
  };
}
