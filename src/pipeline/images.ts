/** Sees to the images of a chat before anything is sent: does the model see, and is there something to fetch? */
import { selectMendsOfAny } from "../dialects/apply.ts";
import { cannotSee, imageOnTextModel, isBlind } from "../dialects/mends/image-on-text-model.ts";
import { imageUrl, isRemote } from "../dialects/mends/image-url.ts";
import { changeImageUrls, type ImagePart, imagesIn } from "../protocol/openai/image-parts.ts";
import { openChoices } from "./fan-out.ts";
import { mayAnswer } from "./may-answer.ts";
import { fetchImages } from "./fetch-images.ts";
import { type ModelRequestBody, toRequestBody } from "./request-body.ts";
import { factsOf, type Journey, type OpenAnswer } from "./open-answer.ts";

/** A request without images goes its way at once. */
export function openWithImages(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const images = journey.endpoint.kind === "chat" ? imagesIn(request.fields) : [];
  const [first] = images;
  return first === undefined
    ? openChoices(clientHeaders, request, journey)
    : openSeen(clientHeaders, request, journey, [first, ...images.slice(1)]);
}

const ofImages = [imageOnTextModel, imageUrl];

async function openSeen(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
  images: readonly [ImagePart, ...ImagePart[]],
): Promise<OpenAnswer> {
  const { exchange, services } = journey;
  const facts = factsOf(request, journey);
  const known = services.pool.snapshot(services.plan);
  const needed = selectMendsOfAny(ofImages, mayAnswer(exchange, services), facts);
  const asksSight = needed.includes(imageOnTextModel);
  const snapshots = asksSight ? await services.catalog.current() : known;
  const names = new Set(mayAnswer(exchange, services).map(({ name }) => name));
  const lists = snapshots.filter(({ backend }) => names.has(backend.name)).map(({ models = [] }) => models);
  if (asksSight && lists.every((listed) => isBlind(facts.model, listed))) {
    throw cannotSee(exchange.alias ?? facts.model, images[0], [
      ...new Map(lists.flat().map((model) => [model.id, model])).values(),
    ]);
  }
  const remote = images.filter(({ url }) => isRemote(url));
  if (!needed.includes(imageUrl) || remote.length === 0 || !services.plan.images.fetches) {
    return openChoices(clientHeaders, request, journey);
  }
  const open = await openChoices(clientHeaders, await withFetched(request, remote, journey), journey);
  exchange.mends.add(imageUrl.id);
  return open;
}

/** The same request with the images themselves in the places of their addresses. */
async function withFetched(
  request: ModelRequestBody,
  remote: readonly ImagePart[],
  journey: Journey,
): Promise<ModelRequestBody> {
  const fetched = await fetchImages(remote, journey.work, journey.services);
  const changed = changeImageUrls(request.fields, ({ url }) => fetched.get(url));
  return toRequestBody({ ...request.fields, ...changed }, journey.exchange.target?.model);
}
