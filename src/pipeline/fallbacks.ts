/** Another model where the one that was asked for cannot be had: the names in `fallbacks`, in order. Knows no wire. */
import { ProxyError } from "../errors.ts";
import { encodeModelName, setModel } from "../protocol/openai/splice.ts";
import { mayMoveOn } from "../route/failover.ts";
import { findTarget } from "./model-request.ts";
import type { Journey, OpenAnswer } from "./open-answer.ts";
import type { ModelRequestBody } from "./request-body.ts";

export type Opener = (
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
) => Promise<OpenAnswer>;

/** The first answer; throws the error of the model that was asked for, where no other does better. */
export function openWithFallbacks(
  open: Opener,
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const names = journey.services.plan.fallbacks(journey.exchange.alias ?? "");
  return names.length === 0
    ? open(clientHeaders, request, journey)
    : openFirstOf(names, open, clientHeaders, request, journey);
}

async function openFirstOf(
  names: readonly string[],
  open: Opener,
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange, endpoint, services, work } = journey;
  try {
    return await open(clientHeaders, request, journey);
  } catch (thrown) {
    if (!(thrown instanceof ProxyError) || !mayMoveOn(thrown)) throw thrown;
    for (const name of names) {
      if (work.reason !== undefined) throw thrown;
      try {
        exchange.target = await findTarget(name, endpoint, services);
        exchange.fallback = name;
        const bytes = setModel(request.bytes, encodeModelName(exchange.target.model));
        return await open(clientHeaders, { fields: request.fields, bytes }, journey);
      } catch (later) {
        const { log } = services.runtime;
        if (!(later instanceof ProxyError)) throw later;
        log.debug("fallback-failed", { request: exchange.id, model: name, problem: later.message });
      }
    }
    throw thrown;
  }
}
