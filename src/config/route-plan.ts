/** Which backends a request may go to, and by which policy. Pure. */
import { compilePattern } from "./name-pattern.ts";
import type { RouteConfig } from "./schema.ts";

export interface RoutePlan {
  /** Undefined lets all in. */
  readonly backends: ReadonlySet<string> | undefined;
  readonly policy: RouteConfig["policy"] & string;
}

/** What a route is found by. */
export interface RouteFacts {
  readonly alias: string | undefined;
  readonly endpoint: string;
  readonly principal: string | undefined;
}

/** The first route that matches, else all backends under the policy for everything. */
export function createRoutes(
  configured: readonly RouteConfig[],
  policy: RoutePlan["policy"],
): (facts: RouteFacts) => RoutePlan {
  const everything: RoutePlan = { backends: undefined, policy };
  const routes = configured.map((route) => ({
    aliases: route.aliases?.map(compilePattern),
    endpoints: route.endpoints as readonly string[] | undefined,
    keys: route.keys,
    plan: { backends: new Set(route.backends), policy: route.policy ?? policy },
  }));
  return ({ alias = "", endpoint, principal = "" }) =>
    routes.find(
      (route) =>
        (route.aliases?.some((pattern) => pattern.test(alias)) ?? true) &&
        (route.endpoints?.includes(endpoint) ?? true) &&
        (route.keys?.includes(principal) ?? true),
    )?.plan ?? everything;
}
