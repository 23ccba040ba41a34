/** The record of one request that travels through the stages. Plain data: no methods, no imports from the rooms. */

/** A model on a backend that an alias was resolved to. */
export interface Target {
  readonly model: string;
  /** Set where several models share the requests for the name: the one that this request was given. */
  readonly variant?: string;
  /** A model that is to get a copy of the request. */
  readonly shadow?: string;
  /** How the name was found; `asked` is a name passed on as it came. */
  readonly via: "alias" | "pattern" | "default" | "local" | "auto" | "asked";
}

/** What is left of a limit, as the headers `x-ratelimit-*` tell it. */
export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

export interface Exchange {
  /** The request id: in `x-request-id`, in every log line, sent to the backend. */
  readonly id: string;
  readonly startedAt: number;
  readonly method: string;
  /** The path as the client sent it, without the query. */
  readonly path: string;
  readonly clientAddress: string | undefined;
  /** The path as routes know it: without /v1, and without what only says by which door the request came. */
  readonly route: string;
  /** The model that the path names, as Azure's do. */
  readonly deployment: string | undefined;
  /** Who the key says it is; undefined while authentication is off. */
  principal: string | undefined;
  /** The key's; higher goes first. */
  priority: number;
  /** Of limited callers. */
  readonly rateLimits: { requests?: RateLimitState | undefined; tokens?: RateLimitState | undefined };
  /** What admission took for it and is to give back; of nobody else's business. */
  admitted?: object | undefined;
  /** What the answer came to, as the backend tells it; one object for all parts of a request that was taken apart. */
  readonly tokens: { prompt: number | undefined; completion: number | undefined };
  /** The name the client asked for. */
  alias: string | undefined;
  target: Target | undefined;
  /** The name that stood in for the alias, where its own model could not be had. */
  fallback: string | undefined;
  backend: string | undefined;
  /** How many times the request was handed to a backend. */
  attempts: number;
  /** What it waits for at this moment, in one line, for the heartbeats of its stream. */
  waitingFor: (() => string | undefined) | undefined;
  /** Milliseconds that it waited for places on backends. */
  waitedMs: number;
  firstByteAt: number | undefined;
  streamed: boolean;
  /** The mends that changed something in this attempt's request or answer. */
  mends: Set<string>;
}
