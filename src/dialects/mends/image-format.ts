/** Images sent along as data: URLs: whether the backend can read them. Looks at the first bytes only. */
import { badRequest } from "../../errors.ts";
import {
  decodeStart,
  type ImageFormat,
  isDataUri,
  parseDataUri,
  recogniseImage,
} from "../../protocol/image-format.ts";
import { changeImageUrls, type ImagePart } from "../../protocol/openai/image-parts.ts";
import type { Mend } from "../mend.ts";

export const imageFormat: Mend = {
  id: "image-format",
  title:
    "PNG, JPEG and GIF pass, with the media type that they really have; WebP and what is no image get a clear 400.",
  source: "BT#1120, BT#1752, cline#9902; llama-server's documents (stb_image)",
  kinds: ["lmstudio", "llama-server"],
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) => changeImageUrls(body, (image) => readable(image, ["png", "jpeg", "gif"])),
};

export const imageFormatOllama: Mend = {
  id: "image-format-ollama",
  title: "The same for Ollama, which reads PNG, JPEG and WebP, and no GIF.",
  source: "Ollama's source (decodeImageURL)",
  kinds: ["ollama"],
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) => changeImageUrls(body, (image) => readable(image, ["png", "jpeg", "webp"])),
};

const names = { png: "PNG", jpeg: "JPEG", gif: "GIF", webp: "WebP" } as const;

/** The URL with its true media type; undefined where it has it already, or is no data: URL. */
function readable({ url, param }: ImagePart, accepted: readonly ImageFormat[]): string | undefined {
  if (!isDataUri(url)) return undefined;
  const uri = parseDataUri(url);
  const start = uri?.isBase64 === true ? decodeStart(uri.data) : undefined;
  if (uri === undefined || start === undefined) {
    throw badRequest(
      "The image's data: URL is broken. It has to be data:image/png;base64, or the like, followed by the image in base64.",
      param,
      "invalid_base64_image",
    );
  }
  if (start.length === 0) throw badRequest("The image is empty.", param, "empty_image_file");
  const format = recogniseImage(start);
  if (format === "unknown") {
    throw badRequest(
      "The data is no image that the backend can read. Send it as PNG or JPEG.",
      param,
      "invalid_image_format",
    );
  }
  if (!accepted.includes(format)) {
    throw badRequest(
      `The image is ${names[format]}, which the backend cannot read. Send it as PNG or JPEG.`,
      param,
      "invalid_image_format",
    );
  }
  const head = `data:image/${format};base64,`;
  return url.startsWith(head) ? undefined : head + uri.data;
}
