/** By which door a request came in: OpenAI's own paths, Azure's, or the old engines'. Pure; knows no route table. */
import { routePath } from "../http/paths.ts";

export interface Door {
  /** The path that routes are matched by, as OpenAI has it, without /v1. */
  readonly route: string;
  /** The model that the path names; it wins over the body's, which may be absent or anything. */
  readonly deployment: string | undefined;
}

const deploymentPath = /^\/openai\/deployments\/([^/]+)(\/.+)$/;
const azurePath = /^\/openai(\/.+)$/;
const enginePath = /^\/engines\/(.+?)(\/(?:chat\/completions|completions|embeddings))$/;
const enginesPath = /^\/engines(\/.+)?$/;

export type DoorReader = (path: string) => Door;

/** Remembers what it read last: most clients ask for one path, and each request is asked for its door twice. */
export function createDoorReader(): DoorReader {
  let latest: { readonly path: string; readonly door: Door } | undefined;
  return (path) => {
    if (latest?.path !== path) latest = { path, door: readDoor(path) };
    return latest.door;
  };
}

/** Reads a path as it came, slashes, /v1 and all. */
export function readDoor(path: string): Door {
  const route = routePath(path);
  if (route.startsWith("/openai/")) {
    const [, deployment, rest] = deploymentPath.exec(route) ?? [];
    if (deployment !== undefined && rest !== undefined)
      return { route: rest, deployment: decode(deployment) };
    return { route: routePath(azurePath.exec(route)?.[1] ?? route), deployment: undefined };
  }
  if (route.startsWith("/engines")) {
    const [, engine, rest] = enginePath.exec(route) ?? [];
    if (engine !== undefined && rest !== undefined) return { route: rest, deployment: decode(engine) };
    if (enginesPath.test(route))
      return { route: route.replace("/engines", "/models"), deployment: undefined };
  }
  return { route, deployment: undefined };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
