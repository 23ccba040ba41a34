/** The models that the AI SDK's uses are run with. Knows no provider package. */
import type { LanguageModel } from "ai";
import type { Place, Use } from "../client.ts";

// What a provider cannot do it tells on the console, unasked.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

/** Two models of one provider package, and the name of a model that nobody has. */
export interface LanguageModels {
  readonly chat: LanguageModel;
  readonly reasoning: LanguageModel;
  readonly unknown: LanguageModel;
}

/** Throws where the SDK's user would not get what OpenAI gives. */
export type ModelUse = (models: LanguageModels, place: Place) => Promise<void>;

/** Asked wherever the words do not matter. */
export const prompt = "What is the weather in Paris?";

/** Tries once: a test wants to see the first failure. */
export const once = { maxRetries: 0 };

/** The uses with models that are made for each place. */
export function bindUses(
  uses: Readonly<Record<string, ModelUse>>,
  models: (place: Place) => LanguageModels,
): Record<string, Use> {
  return Object.fromEntries(
    Object.entries(uses).map(([name, use]) => [name, (place: Place) => use(models(place), place)]),
  );
}
