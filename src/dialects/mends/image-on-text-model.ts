/** Images for a model that is known to see none. Who knows it is the pipeline: it takes the backend's list of models. */
import { badRequest, type ProxyError } from "../../errors.ts";
import type { ImagePart } from "../../protocol/openai/image-parts.ts";
import { isSameModel, type LocalModel } from "../../protocol/openai/models.ts";
import type { Mend } from "../mend.ts";

export const imageOnTextModel: Mend = {
  id: "image-on-text-model",
  title:
    "An image for a model that the backend lists as one for text alone is refused before it is sent; the model would pass over it in silence.",
  source: "BT#393; LM Studio's REST documents (type llm, vlm)",
  kinds: ["lmstudio"],
  endpoints: ["chat"],
};

/** Whether the list says that this model sees no images. An exact name counts before one that means the same. */
export function isBlind(model: string, listed: readonly LocalModel[]): boolean {
  const exact = listed.filter(({ id }) => id === model);
  const meant = exact.length > 0 ? exact : listed.filter(({ id }) => isSameModel(model, id));
  return meant.length > 0 && meant.every(({ seesImages }) => seesImages === false);
}

/** 400: names the models of the list that do see. */
export function cannotSee(model: string, image: ImagePart, listed: readonly LocalModel[]): ProxyError {
  const seeing = listed.filter(({ seesImages }) => seesImages === true).map(({ id }) => `'${id}'`);
  const advice =
    seeing.length > 0
      ? `The backend has others that can: ${seeing.slice(0, 3).join(", ")}.`
      : "Load a vision model on the backend, or send text alone.";
  return badRequest(`The model '${model}' cannot see images. ${advice}`, image.part, "unsupported_image");
}
