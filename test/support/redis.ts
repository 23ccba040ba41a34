/** A Redis of a test's own: from the PATH, or out of Debian's packages without installing them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface RedisProgram {
  readonly path: string;
  /** Where the libraries are that came with it. */
  readonly libraries: string | undefined;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty; resolves once it answers. */
  start(): Promise<void>;
  /** Stops and continues the process: connections stay open, and nothing answers. */
  freeze(): void;
  thaw(): void;
}

/** Unpacked once for all test runs of this machine. */
const unpacked = join(tmpdir(), `openai-local-proxy-redis-${process.getuid?.() ?? 0}`);

const packages = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1"];

const program = findProgram() ?? unpackProgram();

/** Undefined where it could be found; else why the tests that need it are skipped. */
export const redisProblem =
  program === undefined ? "no redis-server on the PATH, and Debian's packages could not be had" : undefined;

if (redisProblem !== undefined) process.stderr.write(`Tests with Redis are skipped: ${redisProblem}.\n`);

/** Without any persistence. Throws where there is no Redis: ask `redisProblem` first. */
export async function startRedis(): Promise<RedisServer> {
  if (program === undefined) throw new Error(redisProblem);
  const port = await findFreePort();
  let child = await spawnRedis(program, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end(child),
    async start() {
      child = await spawnRedis(program, port);
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
  };
}

function findProgram(): RedisProgram | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const path = join(folder, "redis-server");
    if (folder !== "" && existsSync(path)) return { path, libraries: undefined };
  }
  return findUnpacked();
}

function findUnpacked(): RedisProgram | undefined {
  const path = join(unpacked, "usr/bin/redis-server");
  const [libraries] = globSync(join(unpacked, "usr/lib/*-linux-gnu*"));
  return existsSync(path) ? { path, libraries } : undefined;
}

/** Moved to its place whole, since several test files may do this at once. */
function unpackProgram(): RedisProgram | undefined {
  const folder = mkdtempSync(`${unpacked}-`);
  try {
    const options = { cwd: folder, stdio: "ignore" } as const;
    for (const name of packages) {
      try {
        execFileSync("apt-get", ["download", name], options);
      } catch (thrown) {
        // A library that the machine has need not be had again.
        if (name.startsWith("redis")) throw thrown;
      }
    }
    mkdirSync(join(folder, "root"));
    for (const file of globSync(join(folder, "*.deb"))) execFileSync("dpkg", ["-x", file, "root"], options);
    if (!existsSync(unpacked)) renameSync(join(folder, "root"), unpacked);
  } catch {
    // Told by `redisProblem`.
  }
  rmSync(folder, { recursive: true, force: true });
  return findUnpacked();
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

async function spawnRedis({ path, libraries }: RedisProgram, port: number): Promise<ChildProcess> {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(path, options, {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: tmpdir(),
    env: { ...process.env, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) },
  });
  // Not to be left behind by a test run that ends without its hooks.
  process.once("exit", () => child.kill("SIGKILL"));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ready to accept connections")) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
