/** What a mend is: one named difference between a backend kind and OpenAI, and the pure functions that make up for it. */
import type { MendId } from "../config/mend-ids.ts";
import type { ModelOptions } from "../config/model-options.ts";
import type { BackendType } from "../config/schema.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";

/** What a mend may know of the request. */
export interface MendFacts {
  readonly endpoint: Endpoint["kind"];
  /** The request as the client sent it. Never to be changed. */
  readonly asked: JsonObject;
  /** The name that the backend is asked for. */
  readonly model: string;
  /** When the request came, in seconds since the epoch. */
  readonly askedAt: number;
  /** What the operator says of the model. */
  readonly options: ModelOptions;
  /** The context that the model was loaded with, in tokens; undefined where nobody told. */
  contextLength(): number | undefined;
}

export interface Mend {
  readonly id: MendId;
  /** One sentence: what goes wrong without it, and what it does. */
  readonly title: string;
  /** Where the difference is known from: an issue, a document, a recorded answer. */
  readonly source: string;
  /** The backend kinds that need it. */
  readonly kinds: readonly BackendType[];
  readonly endpoints: readonly Endpoint["kind"][];
  /** Whether this request needs it at all; left out where it always does. */
  applies?(facts: MendFacts): boolean;
  /** The request as the backend is to get it; undefined where nothing had to be changed. Throws a ProxyError for what cannot be served. */
  request?(body: JsonObject, facts: MendFacts): JsonObject | undefined | Promise<JsonObject | undefined>;
  /**
   * The fields of a request without which its `request` changes nothing, and is not asked; left out where it looks at all.
   * `messages` counts as missing where `hasPlainMessages` holds.
   */
  readonly looksAt?: readonly string[];
  /** A whole JSON answer as the client is to get it; undefined where nothing had to be changed. */
  answer?(body: JsonObject, facts: MendFacts): JsonObject | undefined;
  /** The same for a stream: the stage for one answer. One that remembers nothing is the same object for all answers. */
  stream?(facts: MendFacts): MendStage;
}

/** All the stages that one answer's stream passes, as one. To be called as methods of the object that holds them. */
export interface StreamMend {
  /** The chunks that take this one's place, in order; undefined where nothing had to be changed. */
  chunk(chunk: JsonObject): readonly JsonObject[] | undefined;
  /**
   * Whether a content text would pass now just as the last one did, whatever it says. False while the texts are looked
   * into; left out where they never are.
   */
  passesText?(): boolean;
  /** Whether the answer may still turn out to be an error, which `chunk` would throw; left out where it never does. */
  isUndecided?(): boolean;
  /** What was held back, when the backend has ended its answer by itself. */
  end?(): readonly JsonObject[];
}

/**
 * What one mend does to the stream of one answer. It is told the facts each time: an open stream may last for long, and
 * what its stages hold is held for every client.
 */
export interface MendStage extends Omit<StreamMend, "chunk" | "end"> {
  chunk(chunk: JsonObject, facts: MendFacts): readonly JsonObject[] | undefined;
  end?(facts: MendFacts): readonly JsonObject[];
}

/** The stage of a mend that has nothing to do in an answer. */
export const idleStage: MendStage = { chunk: () => undefined };
