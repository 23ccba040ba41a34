/** Run by a runtime of its own: fetches what it is told to, and prints how each fetch ended, as one line of JSON. */
import process from "node:process";
import { createPublicFetch, type PublicFetchParts } from "../../src/entry/public-fetch.ts";

export interface ProbeTask {
  readonly url: string;
  /** Every name has this address. Left out, names are looked up. */
  readonly address?: string;
  /** Addresses that count as public. Left out, those of the public internet do. */
  readonly allowed?: readonly string[];
  /** Fetches as anybody does, for comparison. */
  readonly isUnguarded?: boolean;
  /** Breaks off after the first bytes of the body. */
  readonly leavesEarly?: "cancel" | "abort";
}

export type ProbeResult = { readonly status: number; readonly body: string } | { readonly error: string };

async function run(task: ProbeTask): Promise<ProbeResult> {
  const { address, allowed } = task;
  const parts: PublicFetchParts = {
    ...(address === undefined
      ? {}
      : { lookup: (_name, _options, callback) => callback(null, [{ address, family: 4 }]) }),
    ...(allowed === undefined ? {} : { isAllowed: (candidate: string) => allowed.includes(candidate) }),
  };
  const work = new AbortController();
  try {
    const response =
      task.isUnguarded === true
        ? await fetch(task.url)
        : await createPublicFetch(parts)(task.url, {
            headers: new Map([["x-probe", "1"]]),
            signal: work.signal,
          });
    if (task.leavesEarly === undefined) return { status: response.status, body: await response.text() };
    const reader = response.body?.getReader();
    const first = await reader?.read();
    if (task.leavesEarly === "abort") {
      work.abort(new Error("left"));
      await reader?.read();
    } else await reader?.cancel();
    return { status: response.status, body: new TextDecoder().decode(first?.value) };
  } catch (thrown) {
    return { error: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
  }
}

const tasks = JSON.parse(process.argv[2] ?? "[]") as readonly ProbeTask[];
const results: ProbeResult[] = [];
for (const task of tasks) results.push(await run(task));
process.stdout.write(`${JSON.stringify(results)}\n`);
