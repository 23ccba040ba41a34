/** Puts the backends that may take a request in the order in which they are to be tried. Knows no request bodies. */
import type { Plan } from "../config/plan.ts";
import type { RoutePlan } from "../config/route-plan.ts";
import { badGateway, type ProxyError } from "../errors.ts";
import { findCandidates, type RouteNeeds } from "../route/candidates.ts";
import { policies } from "../route/policies.ts";
import type { ConversationHint, Policy, PolicyMemory } from "../route/policy.ts";
import { createPrefixTable } from "../route/prefix-table.ts";
import { hashMessages } from "../route/prefix.ts";
import { rankCandidates } from "../route/rank.ts";
import { orderBackends } from "../route/select.ts";
import type { BackendSnapshot, Pool } from "../route/pool.ts";

export interface Wish {
  readonly needs: RouteNeeds;
  readonly route: RoutePlan;
  /** The conversation so far, where the endpoint has one. */
  readonly messages?: readonly unknown[] | undefined;
}

export interface Router {
  /** Names, first choice first; those that are ill only where no other is left. Empty if nothing is left to try. */
  order(wish: Wish, tried: ReadonlySet<string>): readonly string[];
  /** The backend that answered: its prompt cache holds the conversation now. */
  remember(wish: Wish, backend: string): void;
}

/** In the order of the configuration. */
const inOrder: Policy = (candidates, memory) => ({ order: candidates.map(({ name }) => name), memory });

/** `placesTaken` counts from the grant on, so that requests that come together do not all choose the same backend. */
export function createRouter(
  plan: Plan,
  pool: Pool,
  placesTaken: (backend: string) => number,
  random: () => number,
): Router {
  const memories = new Map<string, PolicyMemory>();
  const prefixes = createPrefixTable();

  function hintFor({ needs, route, messages }: Wish): ConversationHint | undefined {
    if (route.policy !== "prefix_affinity" || messages === undefined) return undefined;
    return prefixes.hint(hashMessages(needs.model ?? "", messages));
  }

  return {
    order(wish, tried) {
      const { needs, route } = wish;
      const [first, ...others] = plan.backends;
      if (first !== undefined && others.length === 0) return tried.has(first.name) ? [] : [first.name];
      const snapshots = pool.snapshot(plan).map((snapshot) => ({
        ...snapshot,
        inFlight: Math.max(snapshot.inFlight, placesTaken(snapshot.backend.name)),
      }));
      const { tiers, lastResorts } = findCandidates(needs, snapshots, { allowed: route.backends, tried });
      const memory = memories.get(route.policy) ?? new Map();
      const policy = route.policy === "in_order" ? inOrder : policies[route.policy];
      if (tiers.length > 0) {
        const ranked = rankCandidates(tiers, policy, memory, random, hintFor(wish));
        memories.set(route.policy, ranked.memory);
        return ranked.order.map(({ name }) => name);
      }
      if (lastResorts.length > 0) return lastResorts.map(({ name }) => name);
      // A name that nobody lists goes to whoever is first, whose error then says so.
      return tried.size > 0 ? [] : orderBackends(needs.model, allowedOf(snapshots, route), tried);
    },
    remember({ needs, route, messages }, backend) {
      if (route.policy !== "prefix_affinity" || messages === undefined) return;
      prefixes.remember(hashMessages(needs.model ?? "", messages), backend);
    },
  };
}

/** Those that are drained are better than none, but whom the route leaves out never is. */
function allowedOf(
  snapshots: readonly BackendSnapshot[],
  { backends }: RoutePlan,
): readonly BackendSnapshot[] {
  const allowed = snapshots.filter(({ backend: { name } }) => backends?.has(name) ?? true);
  if (allowed.length === 0) throw routeLeadsNowhere([...(backends ?? [])]);
  const undrained = allowed.filter(({ isDrained }) => isDrained !== true);
  return undrained.length > 0 ? undrained : allowed;
}

/** The configuration's fault, which a wait for a place would only hide. */
function routeLeadsNowhere(names: readonly string[]): ProxyError {
  const message = `The entry of \`routes\` that this request matches names no backend that exists: ${names.join(", ")}.`;
  return badGateway(message, "route_without_backend");
}
