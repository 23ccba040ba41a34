/** Counts the uses that pass, client by client and kind by kind: `node test/clients/count.ts [KIND...] [--client=PART] [--failures]`. */
import { manners } from "../../src/simulator/simulator.ts";
import { clients } from "./all.ts";
import type { Client, Place } from "./client.ts";
import { type Places, startPlaces } from "./places.ts";

interface Failure {
  readonly use: string;
  readonly reason: string;
}

const patienceMs = 20_000;
const isVerbose = process.argv.includes("--failures");
const part =
  process.argv.find((argument) => argument.startsWith("--client="))?.slice("--client=".length) ?? "";
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/** A use that hangs counts as failed. */
async function within(run: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no outcome in ${patienceMs} ms`)), patienceMs);
  try {
    await Promise.race([run, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function findFailures({ uses }: Client, place: Place): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const [name, use] of Object.entries(uses)) {
    try {
      await within(use(place));
    } catch (error) {
      failures.push({ use: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return failures;
}

function report(client: Client, place: string, failures: readonly Failure[]): void {
  if (!isVerbose) return;
  for (const { use, reason } of failures) {
    process.stdout.write(
      `    ${place}, ${client.name}: ${use}\n      ${reason.replaceAll("\n", "\n      ")}\n`,
    );
  }
}

async function count(client: Client, places: Places): Promise<void> {
  const total = Object.keys(client.uses).length;
  const { kind } = places.through;
  const head = `${kind.padEnd(13)} ${client.name.padEnd(36)}`;
  if (client.skipped !== undefined) {
    process.stdout.write(`${head} skipped: ${client.skipped}\n`);
    return;
  }
  const through = await findFailures(client, places.through);
  const direct = await findFailures(client, places.direct);
  const passed = (failures: readonly Failure[]) => `${total - failures.length}/${total}`;
  process.stdout.write(`${head} through ${passed(through)}  direct ${passed(direct)}\n`);
  report(client, "through", through);
}

for (const kind of manners) {
  if (wanted.length > 0 && !wanted.includes(kind)) continue;
  const places = await startPlaces(kind);
  for (const client of clients.filter(({ name }) => name.includes(part))) await count(client, places);
  await places.stop();
}
// Clients keep sockets and timers of their own.
process.exit();
