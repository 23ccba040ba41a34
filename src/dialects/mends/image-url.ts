/** Images named by a web address. Fetching them stands in the pipeline: it takes a network; here is what is left over. */
import { badRequest } from "../../errors.ts";
import { isDataUri } from "../../protocol/image-format.ts";
import { imagesIn } from "../../protocol/openai/image-parts.ts";
import type { Mend } from "../mend.ts";

export const imageUrl: Mend = {
  id: "image-url",
  title:
    "Images at http and https addresses are fetched by the proxy where `images.fetch` allows it, and refused with a clear 400 otherwise.",
  source: "BT#1027, BT#1839, Roo#8827; Ollama's documents",
  kinds: ["lmstudio", "ollama"],
  endpoints: ["chat"],
  looksAt: ["messages"],
  request(body) {
    const remote = imagesIn(body).find(({ url }) => !isDataUri(url));
    if (remote === undefined) return undefined;
    throw badRequest(
      isRemote(remote.url)
        ? "This backend takes images only as data: URLs. Send the image itself, or set images.fetch in the proxy's configuration to let it fetch them."
        : "The image's URL is neither a data: URL nor one of http: or https:. Send the image itself, as data:image/png;base64, or the like.",
      remote.param,
      "invalid_image_url",
    );
  },
};

/** Whether the image would have to be fetched. */
export function isRemote(url: string): boolean {
  return /^https?:/i.test(url);
}
