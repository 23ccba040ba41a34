/** Tells what kind of image some bytes or a data: URL are. Pure: looks at the first bytes, decodes no whole image. */

/** The formats that OpenAI takes, and the word for everything else. */
export type ImageFormat = "png" | "jpeg" | "gif" | "webp" | "unknown";

/** So many bytes are enough to know the format. */
export const formatBytes = 12;

/** The format by the first bytes, whatever anybody says that it is. */
export function recogniseImage(bytes: Uint8Array): ImageFormat {
  const start = String.fromCharCode(...bytes.subarray(0, formatBytes));
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "gif";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "webp";
  return "unknown";
}

export interface DataUri {
  /** In lower case, without parameters; empty where none is given. */
  readonly mediaType: string;
  readonly isBase64: boolean;
  /** What follows the comma, as it came. */
  readonly data: string;
}

/** No head of a data: URL is longer; a comma after that is none of the head's. */
const longestHead = 256;

/** Undefined where it is no data: URL, or one without a comma. */
export function parseDataUri(uri: string): DataUri | undefined {
  const start = uri.slice(0, longestHead);
  const comma = start.indexOf(",");
  if (!isDataUri(start) || comma === -1) return undefined;
  const [mediaType = "", ...parameters] = start.slice("data:".length, comma).toLowerCase().split(";");
  return {
    mediaType: mediaType.trim(),
    isBase64: parameters.at(-1)?.trim() === "base64",
    data: uri.slice(comma + 1),
  };
}

/** Whether it calls itself a data: URL, well formed or not. */
export function isDataUri(uri: string): boolean {
  return /^data:/i.test(uri);
}

const startLetters = 64;

/**
 * The first bytes of base64 text; undefined where its start or its end cannot be base64. What stands between is not looked
 * at: it may be 20 MB.
 */
export function decodeStart(base64: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(base64.slice(-startLetters))) return undefined;
  const letters = base64
    .slice(0, startLetters)
    .replace(/\s/g, "")
    .slice(0, (formatBytes / 3) * 4);
  try {
    return Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Divisible by three, so that each slice but the last ends without padding. */
const sliceBytes = 0x6000;

/** The image as a data: URL, as backends take it. */
export function toDataUri(format: ImageFormat, bytes: Uint8Array): string {
  let data = `data:image/${format};base64,`;
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    data += btoa(String.fromCharCode(...bytes.subarray(start, start + sliceBytes)));
  }
  return data;
}
