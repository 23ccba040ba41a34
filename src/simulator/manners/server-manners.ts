/** What servers differ in on the wire, as one interface. Knows none of them. */
import type { Answer } from "../answer.ts";
import type { Box, SimulatorContext } from "../box.ts";
import type { Conduct } from "../conduct.ts";
import type { ChooseModel } from "../model-memory.ts";
import type { Prompt } from "../prompt.ts";
import type { StreamEvent } from "../stream-event.ts";
import type { WireFacts } from "../wire-facts.ts";

/** A request for text, read. */
export interface TextAsk {
  readonly model: string;
  /** One, or as many as a list of prompts has. */
  readonly prompts: readonly Prompt[];
  /** Choices for each prompt. */
  readonly choices: number;
  readonly isStream: boolean;
  readonly includeUsage: boolean;
  /** Alternatives told of each piece; undefined where no log probabilities are told. */
  readonly topLogprobs: number | undefined;
  /** Whether a tool was demanded by its name, where a server knows that. */
  readonly isToolNamed?: boolean;
}

/** An endpoint that gives text: chat or completions. */
export interface TextEndpoint {
  createId(): string;
  /** Throws a refusal for what the server does not take. */
  read(body: unknown): TextAsk;
  whole(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): object;
  events(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): Iterable<StreamEvent>;
}

/** A request for vectors, read. */
export interface EmbeddingsAsk {
  readonly model: string;
  /** What each vector is made from; token ids are written out. */
  readonly inputs: readonly string[];
  readonly isBase64: boolean;
  readonly dimensions: number | undefined;
}

/** The endpoint that gives vectors. */
export interface EmbeddingsEndpoint {
  read(body: unknown): EmbeddingsAsk;
  /** `created` is in seconds since the epoch. */
  whole(
    model: string,
    vectors: readonly (string | readonly number[])[],
    ask: EmbeddingsAsk,
    created: number,
  ): object;
}

/** Answers one request. */
export type Respond = (context: SimulatorContext, box: Box) => Promise<Response>;

/** A path that takes no model, and what answers it. */
export interface Route {
  readonly method: "GET" | "POST";
  /** In Hono's form. */
  readonly path: string;
  readonly respond: Respond;
}

/** One server's way with everything that it is asked. */
export interface ServerManners extends Conduct {
  /** The POST routes that generate, which the counters count. */
  readonly generating: Readonly<Record<string, Respond>>;
  /** Lists, probes and whatever else takes no model. */
  readonly routes: readonly Route[];
  /** Turns a request away before its route is looked for; left out where none is. */
  turnAway?(headers: Headers): Response | undefined;
  unknownRoute(method: string, path: string): Response;
  readonly chooseModel: ChooseModel;
  /** The headers that tell the server, on answers of JSON and of events alike. */
  stamp(headers: Headers): void;
}
