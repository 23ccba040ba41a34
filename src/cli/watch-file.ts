/** Tells when the content of one file may have changed, also where an editor replaces the file. Knows nothing of its content. */
import { type FSWatcher, realpathSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

export interface FileWatch {
  stop(): void;
}

/** An editor writes, renames and touches within a moment; all of it is one change. */
const settleMs = 100;

/** Calls back some 100 ms after the last of a burst of changes; `onProblem` says that nothing more will be seen. */
export function watchFile(
  path: string,
  onChange: () => void,
  onProblem: (error: unknown) => void,
): FileWatch {
  const watchers: FSWatcher[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function report(): void {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  }

  for (const place of placesOf(path)) {
    try {
      // The folder and not the file: a replaced file is another file, and its watcher would watch the old one.
      const watcher = watch(dirname(place), { persistent: false }, (_type, name) => {
        // Kubernetes swaps a link named "..data" beside the file instead of the file itself.
        if (name === null || name === basename(place) || name.startsWith("..")) report();
      });
      watcher.on("error", onProblem);
      watchers.push(watcher);
    } catch (thrown) {
      onProblem(thrown);
    }
  }
  return {
    stop() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** The path as it was named and, where that is a link, the file behind it. */
function placesOf(path: string): ReadonlySet<string> {
  try {
    return new Set([path, realpathSync(path)]);
  } catch {
    return new Set([path]);
  }
}
