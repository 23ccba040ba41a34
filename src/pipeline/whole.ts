/** Answers with a JSON body in one piece. */
import { answerHeaders } from "../respond/headers.ts";
import type { Journey, OpenAnswer } from "./open-answer.ts";
import { settle } from "./settle.ts";

export function respondWhole(
  { answer, attempt }: OpenAnswer,
  { exchange, work, services }: Journey,
): Response {
  if (answer.kind !== "json") throw new Error("A stream cannot be answered in one piece.");
  attempt.release();
  const headers = answerHeaders(exchange, services.runtime.now(), answer.headers);
  headers.set("content-type", "application/json");
  if (answer.usage !== undefined) Object.assign(exchange.tokens, answer.usage);
  settle(exchange, work, services, { status: 200, outcome: "ended", body: answer.bytes });
  return services.runtime.respond(answer.bytes, 200, headers);
}
