/** A client that sends bytes as they are, and hears all that comes back. */
import { connect } from "node:net";

/** Resolves once the server closes; rejects where it has not within `limitMs`. Each character is a byte. */
export function say(url: string, pieces: readonly string[], limitMs = 5_000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = "";
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`It was not closed within ${limitMs} ms. Heard: ${JSON.stringify(heard)}`));
    }, limitMs);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (heard += text));
    // A server may close before all of it was sent.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(heard);
    });
    for (const piece of pieces) socket.write(piece, "latin1");
  });
}
