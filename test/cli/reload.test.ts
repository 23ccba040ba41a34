/** A changed configuration file is taken over, a broken one refused: with a real file and a real watcher. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { loadConfig } from "../../src/cli/config-file.ts";
import { createReloader } from "../../src/cli/reload.ts";
import { type FileWatch, watchFile } from "../../src/cli/watch-file.ts";
import type { Config } from "../../src/config/schema.ts";
import { recordingLog } from "../support/test-app.ts";

let folder: string;
let file: string;
let watching: FileWatch | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openai-local-proxy-"));
  file = join(folder, "config.json");
});
afterEach(() => {
  watching?.stop();
  watching = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const configOf = (target: string, server = {}) => JSON.stringify({ server, model_mapping: { name: target } });

/** Watches `file` as the command line does; `applied` are the targets taken over so far. */
function watchConfig() {
  const log = recordingLog();
  const applied: unknown[] = [];
  const load = () => loadConfig(parseArguments(["--config", file]), { environment: {}, folder });
  const reloader = createReloader({
    config: load().config,
    load,
    apply: (config: Config) => void applied.push(config.model_mapping.name),
    log,
  });
  watching = watchFile(file, reloader.reload, (error) => expect.unreachable(String(error)));
  return { log, applied, reload: reloader.reload };
}

const eventNames = (log: ReturnType<typeof recordingLog>) => log.events.map(({ event }) => event);

describe("a change of the file is taken over", () => {
  beforeEach(() => writeFileSync(file, configOf("first")));

  it("where it is written in place, and again", async () => {
    const { applied } = watchConfig();
    writeFileSync(file, configOf("second"));
    await expect.poll(() => applied.at(-1), { timeout: 5_000 }).toBe("second");
    writeFileSync(file, configOf("third"));
    await expect.poll(() => applied.at(-1), { timeout: 5_000 }).toBe("third");
  });

  it("where an editor puts another file in its place, and again", async () => {
    const { applied } = watchConfig();
    for (const target of ["second", "third"]) {
      writeFileSync(join(folder, ".config.json.swp"), configOf(target));
      renameSync(join(folder, ".config.json.swp"), file);
      await expect.poll(() => applied.at(-1), { timeout: 5_000 }).toBe(target);
    }
  });

  it("where it is taken away and written anew", async () => {
    const { applied } = watchConfig();
    unlinkSync(file);
    writeFileSync(file, configOf("second"));
    await expect.poll(() => applied.at(-1), { timeout: 5_000 }).toBe("second");
  });

  it("where it is a link whose folder is swapped, as Kubernetes does", async () => {
    unlinkSync(file);
    for (const [name, target] of [
      ["..one", "first"],
      ["..two", "second"],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "config.json"), configOf(target));
    }
    symlinkSync("..one", join(folder, "..data"));
    symlinkSync("..data/config.json", file);
    const { applied } = watchConfig();
    symlinkSync("..two", join(folder, "..next"));
    renameSync(join(folder, "..next"), join(folder, "..data"));
    await expect.poll(() => applied.at(-1), { timeout: 5_000 }).toBe("second");
  });

  it("once for a burst of writes, and not for another file's", async () => {
    const { applied } = watchConfig();
    writeFileSync(join(folder, "other.json"), "{}");
    for (const target of ["a", "b", "c"]) writeFileSync(file, configOf(target));
    await expect.poll(() => applied.length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(applied).toEqual(["c"]);
  });
});

describe("a reload", () => {
  beforeEach(() => writeFileSync(file, configOf("first")));

  it("refuses a broken file, tells each problem, and takes over the next good one", async () => {
    const { log, applied } = watchConfig();
    writeFileSync(file, '{\n  "server": { "prot": 1 },\n  "logging": { "level": "loud" }\n}');
    await expect.poll(() => eventNames(log), { timeout: 5_000 }).toContain("config-refused");
    expect(applied).toEqual([]);
    expect(log.events).toMatchObject([
      { level: "error", event: "config-problem", fields: { path: "server.prot", line: 2 } },
      { level: "error", event: "config-problem", fields: { path: "logging.level", line: 3 } },
      {
        level: "error",
        event: "config-refused",
        fields: { problem: expect.stringMatching(/config\.json: The configuration has 2 problems\.$/) },
      },
    ]);
    writeFileSync(file, configOf("second"));
    await expect.poll(() => applied, { timeout: 5_000 }).toEqual(["second"]);
  });

  it("refuses a file that is gone", () => {
    const { log, applied, reload } = watchConfig();
    unlinkSync(file);
    reload();
    expect(applied).toEqual([]);
    expect(log.events).toMatchObject([
      {
        event: "config-refused",
        fields: { problem: expect.stringContaining("There is no configuration file") },
      },
    ]);
  });

  it("says that another port needs a restart, and takes over the rest", () => {
    const { log, applied, reload } = watchConfig();
    writeFileSync(file, configOf("second", { port: 9999 }));
    reload();
    expect(applied).toEqual(["second"]);
    expect(log.events).toMatchObject([
      { event: "config-reloaded" },
      { level: "warn", event: "config-needs-restart", fields: { wanted: "127.0.0.1:9999" } },
    ]);
  });

  it("keeps the old configuration where the new app cannot be made", () => {
    const log = recordingLog();
    const load = () => loadConfig(parseArguments([]), { environment: {}, folder });
    const { reload } = createReloader({
      config: load().config,
      load,
      apply() {
        throw new Error("no app");
      },
      log,
    });
    reload();
    expect(log.events).toMatchObject([{ event: "config-refused", fields: { problem: "no app" } }]);
  });
});

describe("the watcher", () => {
  it("reports where nothing can be watched", () => {
    const problems: unknown[] = [];
    watching = watchFile(
      join(folder, "missing", "config.json"),
      () => {},
      (error) => problems.push(error),
    );
    expect(problems).toHaveLength(1);
  });
});
