/** The parts of a runtime whose connections are wires: requests and answers as they are, without the platform's classes. */
import { readClientAddress } from "../cli/shell.ts";
import { ClientChannel } from "../http1/client-channel.ts";
import { LightRequest } from "../http1/light-request.ts";
import { Answer, LightResponse } from "../http1/light-response.ts";
import { createTransport } from "../http1/transport.ts";
import type { TransportParts } from "../http1/transport-parts.ts";
import { createPortableRuntime, type Log, portableReadBytes, type Runtime } from "../runtime.ts";
import { sendDatagram } from "./datagram.ts";
import { createPublicFetch } from "./public-fetch.ts";
import { turn } from "./turn.ts";
import { unpack } from "./unpack.ts";
import { withSimulator } from "./with-simulator.ts";

/** For runtimes on which pieces take no more memory than one array. */
export const readInPieces: NonNullable<Runtime["readInPieces"]> = (request) =>
  request instanceof LightRequest ? request.whole() : portableReadBytes(request).then((bytes) => [bytes]);

/** `name` as the runtime calls itself; `connect` reaches boxes; what else is given is there where it does better. */
export function createWireRuntime(
  name: string,
  { connect, ...own }: Pick<TransportParts, "connect"> & Pick<Runtime, "byteSearch" | "readInPieces">,
  log: Log,
): Runtime {
  return withSimulator(
    createPortableRuntime(name, {
      fetch: createTransport({ turn, connect, unpack }),
      respond: (body, status, headers) => new Answer(body, status, headers),
      fetchPublic: createPublicFetch(),
      sendDatagram,
      readBytes: (request) =>
        request instanceof LightRequest ? request.bytes() : portableReadBytes(request),
      readPieces: (response) =>
        response instanceof LightResponse ? response.pieces() : response.body?.getReader(),
      openChannel: (onLeave) => new ClientChannel(onLeave),
      ...own,
      clientAddress: readClientAddress,
      clientSignal: (request) => (request instanceof LightRequest ? request.leaving : request.signal),
      log,
    }),
  );
}
