/** The command line as a real process: what it prints, how it ends, and what it does with signals and changed files. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { version } from "../../src/version.ts";
import { originOf, type RunningCli, type ShellName, startCli, startStream } from "./start-proxy.ts";

let folder: string;
let running: RunningCli[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openai-local-proxy-"));
  running = [];
});
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], shell: ShellName = "node"): RunningCli {
  const cli = startCli(folder, args, shell);
  running.push(cli);
  return cli;
}

async function run(args: readonly string[]) {
  const cli = start(args);
  const code = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

const writeConfig = (config: unknown) => writeFileSync(join(folder, "config.json"), JSON.stringify(config));

async function listedNames(origin: string): Promise<string[]> {
  const list = (await (await fetch(`${origin}/v1/models`)).json()) as { data: { id: string }[] };
  return list.data.map(({ id }) => id);
}

describe("commands that end by themselves", () => {
  it("prints the version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints the help", async () => {
    const { code, stdout, stderr } = await run(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const flag of [
      "config",
      "backend",
      "map",
      "host",
      "port",
      "workers",
      "log-level",
      "simulate",
      "check",
      "version",
    ]) {
      expect(stdout).toContain(`--${flag}`);
    }
  });

  it("checks a good file", async () => {
    writeConfig({ backends: { box: { url: "http://box.invalid", api_key: "sk-box" } } });
    const { code, stdout, stderr } = await run(["--check"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^config\.json is valid\n/);
    expect(stdout).not.toContain("sk-box");
  });

  it("checks a broken file: each problem, no stack, exit code 1", async () => {
    writeFileSync(join(folder, "broken.yaml"), "server:\n  prot: 80\n");
    const { code, stdout, stderr } = await run(["--check", "--config", "broken.yaml"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^broken\.yaml: The configuration has 1 problem\.\n\nserver\.prot \(line 2/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("refuses a flag that is not known, with exit code 2", async () => {
    expect(await run(["--prot", "80"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "There is no flag --prot. Did you mean --port?\n",
    });
  });

  it("says that the port is in use, with exit code 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await run(["--simulate", "--port", String(port)]);
    other.close();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use`));
    expect(stderr.split("\n")).toHaveLength(2);
  });
});

describe("serving", () => {
  it("prints where it listens first, then the start block", async () => {
    const cli = start(["--simulate", "--port", "0", "--map", "gpt-4o=simulated/qwen3-8b"]);
    const origin = await originOf(cli);
    await expect.poll(cli.stdout, { timeout: 10_000 }).toContain(`export OPENAI_BASE_URL=${origin}/v1`);
    expect(cli.stdout()).toContain("SIMULATED");
    expect(await listedNames(origin)).toContain("gpt-4o");
  });

  it("serves on where no backend answers", async () => {
    const cli = start(["--backend", "http://127.0.0.1:9", "--port", "0"]);
    const origin = await originOf(cli);
    await expect.poll(cli.stdout, { timeout: 10_000 }).toContain("No backend answers yet.");
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
  });
});

describe("SIGTERM", () => {
  const args = ["--simulate", "--port", "0"];

  it("lets a running stream finish, then ends with 0", async () => {
    const cli = start(args);
    const stream = await startStream(await originOf(cli));
    cli.child.kill("SIGTERM");
    await expect.poll(cli.stderr, { timeout: 5_000 }).toContain("drain-start");
    expect((await stream.rest()).trimEnd()).toMatch(/data: \[DONE\]$/);
    expect(await cli.ended).toBe(0);
  });

  it("waits neither for kept connections nor for silent ones", async () => {
    const cli = start(args);
    const origin = await originOf(cli);
    await (await fetch(`${origin}/health/live`)).text();
    const silent = connect(Number(new URL(origin).port), "127.0.0.1");
    silent.on("error", () => {});
    await once(silent, "connect");
    const since = performance.now();
    cli.child.kill("SIGTERM");
    expect(await cli.ended).toBe(0);
    expect(performance.now() - since).toBeLessThan(3_000);
    silent.destroy();
  });

  it("ends at once at the second signal", async () => {
    const cli = start(args);
    const stream = await startStream(await originOf(cli));
    const rest = stream.rest().catch((thrown: unknown) => thrown);
    cli.child.kill("SIGTERM");
    await expect.poll(cli.stderr, { timeout: 5_000 }).toContain("drain-start");
    cli.child.kill("SIGINT");
    expect(await cli.ended).toBe(130);
    expect(await rest).toBeInstanceOf(TypeError);
  });
});

describe.each(["node", "bun", "deno"] as const)("several workers on %s", (shell) => {
  const args = ["--simulate", "--port", "0", "--workers", "2"];
  const pidsOf = async (origin: string): Promise<number[]> => {
    const { workers } = (await (await fetch(`${origin}/health`)).json()) as { workers: { pid: number }[] };
    return workers.map(({ pid }) => pid);
  };

  it("refuse a port that another program has", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const cli = start([...args, "--port", String(port)], shell);
    const code = await cli.ended;
    other.close();
    expect([code, cli.stdout()]).toEqual([1, ""]);
    expect(cli.stderr()).toMatch(/^Port \d+ on 127\.0\.0\.1 is in use[^\n]*\n$/);
  });

  it("end at once with their parent at the second signal", async () => {
    const cli = start(args, shell);
    const origin = await originOf(cli);
    const pids = await pidsOf(origin);
    const rest = (await startStream(origin)).rest().catch(() => "cut");
    cli.child.kill("SIGINT");
    await expect.poll(cli.stderr, { timeout: 5_000 }).toContain("drain-start");
    cli.child.kill("SIGINT");
    expect(await cli.ended).toBe(130);
    expect(await rest).not.toContain("[DONE]");
    await expect.poll(() => pids.filter(isRunning), { timeout: 5_000 }).toEqual([]);
  });

  it("end where their parent was killed, so that the port is free", async () => {
    const cli = start(args, shell);
    const pids = await pidsOf(await originOf(cli));
    expect(pids.filter(isRunning)).toHaveLength(2);
    cli.child.kill("SIGKILL");
    await expect.poll(() => pids.filter(isRunning), { timeout: 5_000 }).toEqual([]);
  });
});

/** One that ended and that nobody collected yet runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe.each(["node", "bun", "deno"] as const)("a reload on %s", (shell) => {
  const configOf = (alias: string, level: string) => ({
    backends: { box: { url: "simulator:" } },
    model_mapping: { [alias]: "simulated/qwen3-8b" },
    logging: { level },
  });

  it("by SIGHUP or by a changed file drops no stream, and the log level follows", async () => {
    writeConfig(configOf("before", "error"));
    const cli = start(["--port", "0"], shell);
    const origin = await originOf(cli);
    const stream = await startStream(origin);
    writeConfig(configOf("after", "info"));
    await expect.poll(() => listedNames(origin), { timeout: 5_000 }).toContain("after");
    expect(await listedNames(origin)).not.toContain("before");
    const reloads = () => cli.stderr().split("config-reloaded").length - 1;
    await expect.poll(reloads).toBeGreaterThan(0);
    const seen = reloads();
    cli.child.kill("SIGHUP");
    await expect.poll(reloads, { timeout: 5_000 }).toBeGreaterThan(seen);
    expect((await stream.rest()).trimEnd()).toMatch(/data: \[DONE\]$/);
  });

  it("with a broken file leaves the old configuration serving", async () => {
    writeConfig(configOf("before", "info"));
    const cli = start(["--port", "0"], shell);
    const origin = await originOf(cli);
    writeFileSync(join(folder, "config.json"), "{ server: ");
    cli.child.kill("SIGHUP");
    await expect.poll(cli.stderr, { timeout: 5_000 }).toContain("config-refused");
    expect(await listedNames(origin)).toContain("before");
  });
});
