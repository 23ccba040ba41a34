/** Small images, and chats that show them. */

export const pngBytes = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
export const pngDataUri = `data:image/png;base64,${pngBytes.toString("base64")}`;
export const webpBytes = Buffer.from("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCd", "base64");

/** A chat's messages with these images after a text. */
export function showing(...urls: readonly string[]) {
  const images = urls.map((url) => ({ type: "image_url", image_url: { url } }));
  return { messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, ...images] }] };
}
