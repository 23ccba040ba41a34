/** A proxy that the command line names: --peer NAME=COMMAND. It rewrites nothing, and its command says where the box is. */
import type { Candidate } from "./candidate.ts";

/** The box's port stands in the command as {box}, the port to listen on as {port}. */
export function parsePeer(text: string): Candidate {
  const found = /^([\w.-]+)=(.+)$/.exec(text);
  const [, name = "", command = ""] = found ?? [];
  if (name === "" || command === "") {
    throw new Error(`--peer wants NAME=COMMAND with {box} and {port} in the command, not ${text}`);
  }
  return {
    name,
    mapsNames: false,
    headers: () => [],
    prepare({ boxPort, port, folder }) {
      const filled = command.replaceAll("{box}", String(boxPort)).replaceAll("{port}", String(port));
      return Promise.resolve({ program: "/bin/sh", args: ["-c", `exec ${filled}`], folder });
    },
  };
}
