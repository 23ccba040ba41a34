/** How a backend is asked to load a model, and what it answers. Pure; knows no fetch. */
import { isJsonObject } from "../protocol/openai/fields.ts";

export interface ModelLoading {
  readonly path: string;
  /** The body of the POST; `contextLength` is in tokens, and the backend's own choice where it is undefined. */
  toBody(model: string, contextLength: number | undefined): Readonly<Record<string, unknown>>;
  /** The instance that was loaded, or undefined where the body does not say that one was. */
  parse(body: unknown): LoadedModel | undefined;
}

export interface LoadedModel {
  /** The name under which it may be unloaded; the model's own where the backend tells none. */
  readonly instanceId: string | undefined;
}

/** LM Studio's REST docs, v1. It loads a second instance where one is there already, so the list is to be asked first. */
export const lmStudioLoading: ModelLoading = {
  path: "/api/v1/models/load",
  toBody: (model, contextLength) => ({
    model,
    ...(contextLength === undefined ? {} : { context_length: contextLength }),
  }),
  parse(body) {
    if (!isJsonObject(body) || body["status"] !== "loaded") return undefined;
    const id = body["instance_id"];
    return { instanceId: typeof id === "string" ? id : undefined };
  },
};
