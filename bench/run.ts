/** The benchmark's command line: chooses, runs the rounds, prints and keeps what they found. */
import { readFileSync, writeFileSync } from "node:fs";
import { keepCoresAwake } from "./awake.ts";
import { candidates as known } from "./candidates/index.ts";
import { parsePeer } from "./candidates/peer.ts";
import { formatDocument } from "./document.ts";
import { describeMachine } from "./machine.ts";
import { type Options, parseOptions, pick, usage } from "./options.ts";
import { phases as knownPhases } from "./phases/index.ts";
import { mergeReports, type Report, type Result } from "./results.ts";
import { runRound } from "./round.ts";
import { formatReport } from "./table.ts";

const usual = {
  quick: ["direct", "nginx", "node-mapping", "node-all"],
  quickPhases: ["start", "plain", "paced-50"],
};

const print = (text: string) => void process.stdout.write(`${text}\n`);

async function measure(options: Options): Promise<Report> {
  const all = [...known, ...options.peers.map(parsePeer)];
  const peers = options.peers.map((peer) => parsePeer(peer).name);
  const words = options.only ?? (options.isQuick ? [...usual.quick, ...peers] : undefined);
  const candidates = pick(all, words);
  const phases = pick(knownPhases, options.phases ?? (options.isQuick ? usual.quickPhases : undefined));
  const { isQuick, profileFolder, rounds } = options;
  const plan = { candidates, phases, isQuick, profileFolder, tell: print };
  const machine = describeMachine(keepCoresAwake());
  const results: Result[] = [];
  const missing: Record<string, string> = {};
  for (let round = 1; round <= rounds; round++) {
    print(`Round ${round} of ${rounds}`);
    const outcome = await runRound(plan, round);
    results.push(...outcome.results);
    Object.assign(missing, outcome.missing);
  }
  return {
    date: new Date().toISOString(),
    isQuick,
    rounds,
    machine,
    candidates: candidates.map(({ name }) => name),
    phases: phases.map(({ name }) => name),
    missing,
    results,
  };
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    print(usage);
    return;
  }
  const report =
    options.fromFiles === undefined
      ? await measure(options)
      : mergeReports(options.fromFiles.map((file) => JSON.parse(readFileSync(file, "utf8")) as Report));
  print(`\n${formatReport(report, knownPhases)}`);
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 1)}\n`);
  if (options.writeFile !== undefined) writeFileSync(options.writeFile, formatDocument(report, knownPhases));
}

await main();
