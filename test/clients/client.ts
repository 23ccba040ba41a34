/** What one client library does with an OpenAI endpoint, as data that the matrix runs. */
import type { Manners } from "../../src/simulator/simulator.ts";

/** Where a client is pointed, and with what names. */
export interface Place {
  /** Ends with /v1. */
  readonly baseURL: string;
  readonly apiKey: string;
  /** A chat model of the backend. */
  readonly chatModel: string;
  /** A chat model that thinks before it answers. */
  readonly reasoningModel: string;
  readonly embeddingModel: string;
  /** The length of that model's vectors. */
  readonly dimensions: number;
  readonly kind: Manners;
}

/** Throws where the client's user would not get what OpenAI gives. */
export type Use = (place: Place) => Promise<void>;

export interface Client {
  /** As people name it, with its version. */
  readonly name: string;
  readonly uses: Readonly<Record<string, Use>>;
  /** Why the client cannot be run here; left out where it can. */
  readonly skipped?: string;
}
