/** Which of several models that share a name a request gets. Pure, given chance as an argument. */
import type { SplitPlan } from "../config/plan.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";

/** What the same target is kept for; undefined where the request does not have it. */
export function stickyValueOf(
  sticky: SplitPlan["sticky"],
  request: { readonly principal: string | undefined; readonly fields: JsonObject; readonly headers: Headers },
): string | undefined {
  if (sticky === "key") return request.principal;
  if (sticky === "user") {
    const { user, safety_identifier: safetyIdentifier } = request.fields;
    return [user, safetyIdentifier].find((value) => typeof value === "string" && value !== "") as
      string | undefined;
  }
  return request.headers.get(sticky.slice("header:".length)) ?? undefined;
}
