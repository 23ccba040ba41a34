/** Reads a fetched image to its end, or only as far as shows that it is too large or none. Knows no URL and no guard. */
import { badRequest, type ProxyError } from "../errors.ts";
import { joinChunks } from "../byte-channel.ts";
import { announcedLength } from "../http/body.ts";
import { formatBytes, recogniseImage } from "../protocol/image-format.ts";
import type { ImagePart } from "../protocol/openai/image-parts.ts";

export interface ImageAllowance {
  /** Of one image. */
  readonly maxBytes: number;
  /** Of all images of a request together; what is read is taken off. */
  bytesLeft: number;
}

/** Throws 400 where it is too large or no image. The bytes decide, not the content type. */
export async function readImage(
  response: Response,
  image: ImagePart,
  allowance: ImageAllowance,
): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    if ((announcedLength(response.headers) ?? 0) > allowance.maxBytes) throw tooLarge(image, allowance);
    for (let isKnown = false; ;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (value !== undefined) chunks.push(value);
      const size = value?.byteLength ?? 0;
      total += size;
      allowance.bytesLeft -= size;
      if (!isKnown && (done || total >= formatBytes)) {
        checkFormat(joinChunks(chunks), image);
        isKnown = true;
      }
      if (total > allowance.maxBytes) throw tooLarge(image, allowance);
      if (allowance.bytesLeft < 0) throw tooLargeTogether(image);
      if (done) return joinChunks(chunks);
    }
  } catch (thrown) {
    // The rest is not to be sent; an abort alone need not say so where nobody reads.
    void reader?.cancel().catch(() => {});
    throw thrown;
  }
}

function checkFormat(start: Uint8Array, image: ImagePart): void {
  if (recogniseImage(start) !== "unknown") return;
  throw badRequest(
    "What stands at the image's URL is no image that the backend can read. It has to be PNG or JPEG.",
    image.param,
    "invalid_image_format",
  );
}

function tooLarge(image: ImagePart, { maxBytes }: ImageAllowance): ProxyError {
  return badRequest(
    `The image is larger than ${maxBytes} bytes. Send a smaller one, or raise images.max_bytes in the proxy's configuration.`,
    image.param,
    "image_file_too_large",
  );
}

/** What is fetched for a request is no more than a client could have sent in it. */
function tooLargeTogether(image: ImagePart): ProxyError {
  return badRequest(
    "All images of the request together are larger than a request may be. Send fewer, or raise request.max_content_length in the proxy's configuration.",
    image.param,
    "image_file_too_large",
  );
}
