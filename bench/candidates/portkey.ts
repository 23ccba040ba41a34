/** Portkey's gateway from npm, installed into the cache on its first use. It rewrites nothing. */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheSubfolder } from "../folders.ts";
import { type Candidate, Missing } from "./candidate.ts";

const version = "1.15.2";

export const portkey: Candidate = {
  name: "portkey",
  mapsNames: false,
  headers: ({ boxPort }) => [
    "x-portkey-provider: openai",
    `x-portkey-custom-host: http://127.0.0.1:${boxPort}/v1`,
    "authorization: Bearer sk-bench",
  ],
  prepare({ port }) {
    const script = install();
    return Promise.resolve({
      program: process.execPath,
      args: [script, "--headless", `--port=${port}`],
      environment: { NODE_ENV: "production" },
    });
  },
};

function install(): string {
  const folder = cacheSubfolder("portkey");
  const script = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (existsSync(script)) return script;
  const packageJson = {
    private: true,
    dependencies: { "@portkey-ai/gateway": version },
    // Its streams fail with later versions of this one, which make the headers of answers immutable.
    overrides: { "@hono/node-server": "1.13.8" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(packageJson));
  const { status, stderr } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Missing(`npm could not install it: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  return script;
}
