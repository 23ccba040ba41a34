/** What the clients of OpenAI's kind ask, and how their uses become a client of the matrix. Knows no library. */
import type { Place, Use } from "../client.ts";

/** Speaks of the weather, so that the simulated model calls a tool when it has one. */
export const question = "What is the weather in Paris?";

export const messages = [{ role: "user" as const, content: question }];

/** A conversation that no tool fits. */
export const greeting = [{ role: "user" as const, content: "Good morning, how are you?" }];

export const cityParameters = {
  type: "object" as const,
  properties: { city: { type: "string" as const } },
  required: ["city"],
  additionalProperties: false as const,
};

export const weather = {
  type: "function" as const,
  function: { name: "get_weather", description: "The weather of a city", parameters: cityParameters },
};

export const news = {
  type: "function" as const,
  function: { name: "read_news", description: "Headlines of a city", parameters: cityParameters },
};

export const cityFormat = {
  type: "json_schema" as const,
  json_schema: { name: "place", strict: true, schema: cityParameters },
};

/** Orders an answer of so many pieces at such a pace that a client can leave in its middle. */
export const unhurried = { "x-simulator-pieces": "1000", "x-simulator-token-delay-ms": "5" };

/** Orders a failure from the simulated backend. */
export const failing = (fault: string) => ({ "x-simulator-fault": fault });

/** Uses of a library's client object. */
export type UsesOf<Library> = Readonly<Record<string, (library: Library, place: Place) => Promise<void>>>;

/** Gives each use a client object of its own, made for the place. */
export function connectUses<Library>(
  uses: UsesOf<Library>,
  connect: (place: Place) => Library,
): Readonly<Record<string, Use>> {
  return Object.fromEntries(
    Object.entries(uses).map(([name, use]) => [name, (place: Place) => use(connect(place), place)]),
  );
}
