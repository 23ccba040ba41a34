/** Finds out which port is to be shared: a free one for 0, else the wanted one if it can be had. */
import { once } from "node:events";
import { createServer } from "node:net";

/** Rejects with the runtime's own error where it cannot be had; ports that are shared would not tell. */
export async function findPort(wanted: { readonly host: string; readonly port: number }): Promise<number> {
  const server = createServer();
  server.listen(wanted.port, wanted.host);
  await once(server, "listening");
  const address = server.address();
  const closed = once(server, "close");
  server.close();
  await closed;
  return typeof address === "object" && address !== null ? address.port : wanted.port;
}
