/** The request headers that order a failure or a pace. Knows nothing of how a failure looks on the wire. */
import { z } from "zod";

/** Failures that take the place of the answer. */
export const faultsInstead = [
  "status-500",
  "status-503-html",
  "empty-500",
  "error-200",
  "error-object-200",
  "rate-limit",
  "unauthorized",
  "hang",
] as const;

/** Failures that happen to the answer's body. */
export const faultsWithin = [
  "cut",
  "end-early",
  "stream-error",
  "stream-error-first",
  "overflow-first",
  "overflow-empty",
  "model-unloaded",
  "malformed",
  "hang-body",
] as const;

/** What a server does now and then, and a request may order. */
export const quirks = [
  "empty-tool-call-id",
  "required-tool-ignored",
  "system-first-only",
  "two-embeddings-at-most",
] as const;

export type Quirk = (typeof quirks)[number];
export type FaultInstead = (typeof faultsInstead)[number];
export type FaultWithin = (typeof faultsWithin)[number];

const maxPieces = 200_000;
const maxDelayMs = 600_000;
const maxToolCalls = 9;

function wholeNumber(largest: number) {
  const message = `must be a whole number from 0 to ${largest}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().max(largest, message));
}

/** Names are lower case, as every runtime gives them. */
export const orderHeaders = z.object({
  "x-simulator-fault": z.enum([...faultsInstead, ...faultsWithin]).optional(),
  "x-simulator-after": wholeNumber(maxPieces).default(2),
  "x-simulator-delay-ms": wholeNumber(maxDelayMs).default(0),
  "x-simulator-token-delay-ms": wholeNumber(maxDelayMs).optional(),
  "x-simulator-pieces": wholeNumber(maxPieces).optional(),
  "x-simulator-tool-calls": wholeNumber(maxToolCalls).optional(),
  "x-simulator-quirks": z
    .string()
    .transform((names) => names.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(quirks)))
    .optional(),
});

/** What one request orders besides its answer. */
export interface Order {
  readonly instead: FaultInstead | undefined;
  readonly within: FaultWithin | undefined;
  /** Pieces of the stream that still arrive before the failure. */
  readonly after: number;
  /** Time before the headers. */
  readonly delayMs: number;
  readonly tokenDelayMs: number | undefined;
  /** Content pieces in place of the canned text. */
  readonly pieces: number | undefined;
  /** Calls where the answer is one. */
  readonly toolCalls: number | undefined;
  readonly quirks: ReadonlySet<Quirk>;
}

/** Turns the validated headers into an order. */
export function toOrder(headers: z.output<typeof orderHeaders>): Order {
  const fault = headers["x-simulator-fault"];
  return {
    instead: faultsInstead.find((name) => name === fault),
    within: faultsWithin.find((name) => name === fault),
    after: headers["x-simulator-after"],
    delayMs: headers["x-simulator-delay-ms"],
    tokenDelayMs: headers["x-simulator-token-delay-ms"],
    pieces: headers["x-simulator-pieces"],
    toolCalls: headers["x-simulator-tool-calls"],
    quirks: new Set(headers["x-simulator-quirks"]),
  };
}
