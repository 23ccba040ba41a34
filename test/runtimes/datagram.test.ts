/** A magic packet over a real socket, sent by each runtime that has some. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DatagramTask } from "../support/datagram-probe.ts";
import { projectRoot } from "../support/launch.ts";
import { runScript } from "../support/python.ts";

const script = join(projectRoot, "test/support/datagram-probe.ts");
const bin = (name: string) => join(projectRoot, "node_modules", ".bin", name);
const commands = {
  node: [process.execPath, script],
  bun: [bin("bun"), script],
  deno: [bin("deno"), "run", "--no-lock", "-A", script],
} as const;

const mac = "01:23:45:67:89:ab";
const packet = Buffer.from("ffffffffffff" + "0123456789ab".repeat(16), "hex");

let receiver: Socket;
beforeEach(async () => {
  receiver = createSocket("udp4");
  receiver.bind(0, "127.0.0.1");
  await once(receiver, "listening");
});
afterEach(() => {
  receiver.close();
});

describe.each(["node", "bun", "deno"] as const)("a datagram on %s", (runtime) => {
  async function send(tasks: readonly DatagramTask[]): Promise<readonly string[]> {
    const [program, ...words] = commands[runtime];
    const environment = { NO_COLOR: "1" };
    const { code, output } = await runScript(program, [...words, JSON.stringify(tasks)], { environment });
    if (code !== 0) throw new Error(output);
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as string[];
  }

  it("arrives byte for byte, once each time", async () => {
    const received: Buffer[] = [];
    const second = new Promise<void>((resolve) => {
      receiver.on("message", (message: Buffer) => {
        if (received.push(message) === 2) resolve();
      });
    });
    const { port } = receiver.address();
    const task = { address: "127.0.0.1", port, mac };
    expect(await send([task, task])).toEqual(["sent", "sent"]);
    await second;
    expect(received).toEqual([packet, packet]);
  });

  it("may go to a broadcast address, and says so where it cannot go", async () => {
    const { port } = receiver.address();
    const tasks = [
      // The loopback network's own: a socket that may not broadcast is refused here (EACCES).
      { address: "127.255.255.255", port, mac },
      { address: "127.0.0.1", port: 70_000, mac },
      { address: "127.0.0.1", port, mac },
    ];
    expect(await send(tasks)).toEqual(["sent", "failed", "sent"]);
  });
});
