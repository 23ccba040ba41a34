/** What an endpoint is, as data: one relay runs them all. Knows no HTTP and no backend. */
import type { z } from "zod";
import type { ProxyError } from "../../errors.ts";
import type { JsonObject } from "./fields.ts";
import type { ModelKind } from "./models.ts";

export interface Endpoint {
  readonly kind: "chat" | "completions" | "embeddings" | "responses" | "messages";
  /** Without /v1. */
  readonly path: string;
  readonly modelKind: ModelKind;
  /** The fields that the proxy relies on; unknown ones pass. */
  readonly request: z.ZodType<ModelRequest>;
  /** Where the model's name stands in a JSON answer. */
  readonly answerModelPath: readonly string[];
  /** Where it stands in the data of one stream event. */
  readonly eventModelPath: readonly string[];
  /** Whether its events have names, and none of them is [DONE]. */
  readonly namesEvents: boolean;
  /** Whether an event's data says that the backend has finished; asked of the last events only. */
  isFinalEvent(data: unknown): boolean;
  /** `lastData` is what the event before it held, where there was one. */
  formatStreamError(
    error: ProxyError,
    lastData?: unknown,
  ): { readonly event?: string; readonly data: string };
}

/** What every model request has, whatever else it holds. */
export interface ModelRequest extends JsonObject {
  readonly model: string;
  readonly stream?: boolean | null | undefined;
}
