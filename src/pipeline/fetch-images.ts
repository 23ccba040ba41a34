/** Fetches images for a client that named their addresses: guarded, bounded in count, size and time. Knows no backend. */
import { badRequest, ProxyError } from "../errors.ts";
import { type Cancellation, createCancellation } from "../http/cancel.ts";
import { judgeUrl } from "../http/public-url.ts";
import { recogniseImage, toDataUri } from "../protocol/image-format.ts";
import type { ImagePart } from "../protocol/openai/image-parts.ts";
import { version } from "../version.ts";
import { type ImageAllowance, readImage } from "./read-image.ts";
import type { Services } from "./services.ts";

const maxImages = 20;
const maxAtOnce = 4;
const maxRedirects = 3;

/** What the fetches of one request share. */
interface Batch extends ImageAllowance {
  readonly work: Cancellation;
  readonly services: Pick<Services, "plan" | "runtime">;
}

/** The images as data: URLs, by the address they were named by; each is fetched once. Throws 400 for the first that fails. */
export async function fetchImages(
  images: readonly ImagePart[],
  work: Cancellation,
  services: Pick<Services, "plan" | "runtime">,
): Promise<ReadonlyMap<string, string>> {
  const waiting = [...new Map(images.map((image) => [image.url, image])).values()];
  const excess = waiting[maxImages];
  if (excess !== undefined) {
    throw badRequest(`At most ${maxImages} images are fetched for a request.`, excess.param, "invalid_value");
  }
  const { plan, runtime } = services;
  const own = createCancellation(work.signal, "parent");
  const { timeoutMs } = plan.images;
  const stopTimer =
    timeoutMs > 0 ? runtime.setTimer(() => own.cancel("first-byte-timeout"), timeoutMs) : () => {};
  const batch = { work: own, services, maxBytes: plan.images.maxBytes, bytesLeft: plan.maxBodyBytes };
  const fetched = new Map<string, string>();
  const takeTurns = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      fetched.set(next.url, await fetchImage(next, batch));
    }
  };
  try {
    await Promise.all(Array.from({ length: maxAtOnce }, takeTurns));
    return fetched;
  } catch (thrown) {
    waiting.length = 0;
    own.cancel("parent");
    throw thrown;
  } finally {
    stopTimer();
    own.finish();
  }
}

async function fetchImage(image: ImagePart, batch: Batch): Promise<string> {
  const { log } = batch.services.runtime;
  try {
    const bytes = await readImage(await follow(image, batch), image, batch);
    return toDataUri(recogniseImage(bytes), bytes);
  } catch (thrown) {
    if (thrown instanceof ProxyError) throw thrown;
    log.debug("image-failed", { host: URL.parse(image.url)?.host, problem: problemOf(thrown) });
    throw failed(
      image,
      batch.work.reason === "first-byte-timeout"
        ? `did not come within ${batch.services.plan.images.timeoutMs / 1000} seconds (images.timeout)`
        : // Whether a name has a private address or none at all is not for clients to find out here.
          "cannot be fetched: its host cannot be reached at a public address. A host of your own network has to stand in images.internal_hosts",
    );
  }
}

/** The answer behind all redirects, each of which is judged like the first address. */
async function follow(image: ImagePart, { work, services: { plan, runtime } }: Batch): Promise<Response> {
  let address = image.url;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const verdict = judgeUrl(address, plan.images);
    if (verdict.kind === "refused") {
      const what = hops === 0 ? "The image's URL" : "The image's URL redirects to one that";
      throw badRequest(`${what} ${verdict.why}. Send the image itself.`, image.param, "invalid_image_url");
    }
    const init = { headers: requestHeaders, signal: work.signal };
    let response: Response;
    if (verdict.kind === "internal") {
      response = await runtime.fetch(verdict.url.href, { ...init, method: "GET", body: null });
    } else if (runtime.fetchPublic !== undefined) {
      response = await runtime.fetchPublic(verdict.url.href, init);
    } else {
      throw failed(
        image,
        "is not fetched: where this proxy runs it cannot make sure that a name's address is public",
      );
    }
    const location = response.headers.get("location");
    if (response.status === 200) return response;
    drop(response.body);
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw failed(image, `cannot be fetched: its host answered with HTTP ${response.status}`);
    }
    address = URL.parse(location, verdict.url)?.href ?? location;
  }
  throw failed(image, `cannot be fetched: it was redirected more than ${maxRedirects} times`);
}

/** No cookie, key or referrer. Without WebP, which hosts that have several forms would send otherwise. */
const requestHeaders: ReadonlyMap<string, string> = new Map([
  ["accept", "image/png, image/jpeg, image/gif;q=0.9"],
  ["accept-encoding", "identity"],
  ["user-agent", `openai-local-proxy/${version}`],
]);

function failed(image: ImagePart, how: string): ProxyError {
  return badRequest(
    `The image ${how}. Send the image itself, as a data: URL.`,
    image.param,
    "failed_to_download_image",
  );
}

function drop(body: ReadableStream | null): void {
  void body?.cancel().catch(() => {});
}

/** The innermost cause says what happened: `fetch` wraps it. */
function problemOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : problemOf(thrown.cause);
}
