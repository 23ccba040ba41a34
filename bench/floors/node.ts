/** The least that a proxy on Node costs: its own server and undici's dispatcher, which pass everything on unread. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Pool } from "undici";

const [box = "", port = ""] = process.argv.slice(2);
const pool = new Pool(`http://127.0.0.1:${box}`, { headersTimeout: 0, bodyTimeout: 0 });

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const passed = { ...headers };
  for (const name of ["connection", "host", "transfer-encoding"]) delete passed[name];
  return passed;
}

const server = createServer((incoming, outgoing) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.on("end", () => {
    const { method = "GET", url = "/", headers } = incoming;
    const body = pieces.length === 0 ? null : Buffer.concat(pieces);
    pool.dispatch(
      { method: method as "POST", path: url, headers: withoutHops(headers), body },
      {
        onRequestStart(controller) {
          outgoing.once("close", () => controller.abort(new Error("The client left.")));
        },
        onResponseStart(_controller, status, received) {
          outgoing.writeHead(status, withoutHops(received));
        },
        onResponseData(controller, chunk) {
          if (outgoing.write(chunk)) return;
          controller.pause();
          outgoing.once("drain", () => controller.resume());
        },
        onResponseEnd: () => void outgoing.end(),
        onResponseError: () => void outgoing.destroy(),
      },
    );
  });
});
server.listen(Number(port), "127.0.0.1");
