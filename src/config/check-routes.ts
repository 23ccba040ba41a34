/** What the schema of a single route cannot see: whether its backends exist. Pure. */
import type { SectionProblem } from "./section-problem.ts";
import { findNearest } from "./nearest.ts";

export interface RouteSections {
  readonly backends: Readonly<Record<string, unknown>>;
  readonly routes: readonly { readonly backends: readonly string[] }[];
}

/** In the order of the file. */
export function findRouteProblems({ backends, routes }: RouteSections): readonly SectionProblem[] {
  const known = Object.keys(backends);
  return routes.flatMap((route, index) =>
    route.backends.flatMap((name, place) => {
      if (known.includes(name)) return [];
      const [nearest] = findNearest(name, known, 1);
      return [
        {
          path: ["routes", index, "backends", place],
          expected: `the name of one of the backends: ${known.join(", ")}`,
          hint:
            nearest === undefined
              ? "add it to `backends`, or take it out here"
              : `did you mean "${nearest}"?`,
        },
      ];
    }),
  );
}
