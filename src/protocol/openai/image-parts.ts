/** Finds and changes the images in a chat request's messages. Knows no format and no network. */
import { isJsonObject, type JsonObject } from "./fields.ts";
import { changeList } from "./parts.ts";

export interface ImagePart {
  readonly url: string;
  /** The JSON path of the part, such as `messages[0].content[1]`. */
  readonly part: string;
  /** The JSON path of its URL, as OpenAI's errors name it. */
  readonly param: string;
}

/** Every image of the request, in order. Texts are not looked at. */
export function imagesIn(body: JsonObject): readonly ImagePart[] {
  const { messages } = body;
  // Most requests are of texts alone.
  if (!Array.isArray(messages) || !messages.some(hasParts)) return [];
  return messages.flatMap((message: unknown, at) => {
    const content = isJsonObject(message) ? message["content"] : undefined;
    if (!Array.isArray(content)) return [];
    return content.flatMap(
      (part: unknown, index) => imageOf(part, `messages[${at}].content[${index}]`) ?? [],
    );
  });
}

const hasParts = (message: unknown) => isJsonObject(message) && Array.isArray(message["content"]);

/** A copy of the request with other URLs in its images; `change` gives undefined for those that stay. */
export function changeImageUrls(
  body: JsonObject,
  change: (image: ImagePart) => string | undefined,
): JsonObject | undefined {
  return changeList(body, "messages", (message, at) =>
    changeList(message, "content", (part, index) => {
      const image = imageOf(part, `messages[${at}].content[${index}]`);
      const url = image === undefined ? undefined : change(image);
      return url === undefined ? undefined : withUrl(part, url);
    }),
  );
}

/** OpenAI has an object with the URL; some clients send the URL itself. */
function imageOf(part: unknown, path: string): ImagePart | undefined {
  if (!isJsonObject(part) || part["type"] !== "image_url") return undefined;
  const image = part["image_url"];
  if (typeof image === "string") return { url: image, part: path, param: `${path}.image_url` };
  const url = isJsonObject(image) ? image["url"] : undefined;
  return typeof url === "string" ? { url, part: path, param: `${path}.image_url.url` } : undefined;
}

function withUrl(part: JsonObject, url: string): JsonObject {
  const image = part["image_url"];
  return { ...part, image_url: isJsonObject(image) ? { ...image, url } : url };
}
