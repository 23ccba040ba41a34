/** Run by a runtime of its own: sends magic packets to where it is told, and prints how each one went, as one line of JSON. */
import process from "node:process";
import { sendDatagram } from "../../src/entry/datagram.ts";
import { formatMagicPacket, parseMacAddress } from "../../src/upstream/magic-packet.ts";

export interface DatagramTask {
  readonly address: string;
  readonly port: number;
  readonly mac: string;
}

const tasks = JSON.parse(process.argv[2] ?? "[]") as readonly DatagramTask[];
const results: string[] = [];
for (const { address, port, mac } of tasks) {
  try {
    await sendDatagram(formatMagicPacket(parseMacAddress(mac) ?? new Uint8Array()), address, port);
    results.push("sent");
  } catch {
    results.push("failed");
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`);
