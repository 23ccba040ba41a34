/** Explains a key that the configuration does not have: a typo, or one that belongs elsewhere. Never looks at its value. */
import type { ConfigProblem } from "./config-error.ts";
import { formatPath, showName, type ConfigPath } from "./config-path.ts";
import type { KnownKeys } from "./known-keys.ts";
import { findNearest } from "./nearest.ts";
import { slashCommentWords } from "./syntax-words.ts";

export function explainUnknownKey(key: string, parent: ConfigPath, knownKeys: KnownKeys): ConfigProblem {
  // What is commented out may be anything, so nothing of it is shown.
  if (key.startsWith("//")) return { path: formatPath(parent), ...slashCommentWords };
  const siblings = knownKeys.findKeys(parent).filter((sibling) => sibling !== "$schema");
  return {
    path: formatPath([...parent, key]),
    found: `the key \`${showName(key)}\`, which is not known here`,
    expected: `one of ${siblings.map((sibling) => `\`${sibling}\``).join(", ")}`,
    hint: advise(key, siblings, knownKeys),
  };
}

function advise(key: string, siblings: readonly string[], knownKeys: KnownKeys): string {
  const homes = knownKeys.findHomes(key).map((home) => (home === "" ? "the top level" : `\`${home}\``));
  const [nearest] = findNearest(key, siblings, 1);
  const advice = [
    ...(nearest === undefined ? [] : [`did you mean \`${nearest}\`?`]),
    ...(homes.length === 0 ? [] : [`it belongs under ${homes.join(" or ")}`]),
  ];
  if (advice.length > 0) return advice.join(" Otherwise ");
  const [elsewhere] = findNearestElsewhere(key, knownKeys);
  return elsewhere === undefined ? "remove it" : `did you mean \`${elsewhere}\`? Otherwise remove it`;
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Compares last words only: `server.port` is found by `prot`. */
function findNearestElsewhere(key: string, { allPaths }: KnownKeys): readonly string[] {
  const [nearest] = findNearest(key, allPaths.map(lastWord), 1);
  return allPaths.filter((path) => lastWord(path) === nearest);
}
