/**
 * Fetches from public addresses only, on runtimes that have Node's modules: each address is checked by the very lookup that
 * the connection is made by, so that a name cannot mean one address when it is checked and another when it is connected to.
 * Node, Bun and Deno all connect by it; a test tries each.
 */
import { lookup as lookUp } from "node:dns";
import {
  Agent as HttpAgent,
  type AgentOptions,
  request as requestHttp,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { isAddress, isPublicAddress } from "../http/public-address.ts";
import type { PublicInit } from "../runtime.ts";

type PublicFetch = (url: string, init: PublicInit) => Promise<Response>;

/** What a test may put in the place of the network. */
export interface PublicFetchParts {
  readonly lookup?: LookupFunction;
  readonly isAllowed?: (address: string) => boolean;
}

export function createPublicFetch({
  lookup = lookUpAll,
  isAllowed = isPublicAddress,
}: PublicFetchParts = {}): PublicFetch {
  const checked = checkedLookup(lookup, isAllowed);
  // Deno's agents would otherwise take a forward proxy from the environment, which looks names up for itself.
  const options: AgentOptions = { keepAlive: false, proxyEnv: {} };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  return (text, { headers, signal }) => {
    const url = new URL(text);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // What is an address already is connected to without a lookup.
    if (isAddress(host) && !isAllowed(host)) return Promise.reject(new NotPublicError(host));
    const sent = { headers: Object.fromEntries(headers), lookup: checked };
    return new Promise((resolve, reject) => {
      const request =
        url.protocol === "https:"
          ? requestHttps(url, { ...sent, agent: https })
          : requestHttp(url, { ...sent, agent: http });
      const leave = () => void request.destroy(asError(signal.reason));
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      request.once("close", () => signal.removeEventListener("abort", leave));
      request.on("error", reject);
      request.once("response", (message) => {
        // A status or a header that no Response can have must not end the process.
        try {
          resolve(toResponse(message));
        } catch (thrown) {
          request.destroy(asError(thrown));
        }
      });
      request.end();
    });
  };
}

class NotPublicError extends Error {
  override readonly name = "NotPublicError";

  constructor(address: string) {
    super(`${address} is not a public address.`);
  }
}

const lookUpAll: LookupFunction = (hostname, options, callback) =>
  void lookUp(hostname, { ...options, all: true }, callback);

/** Refuses a name as a whole where one of its addresses is not public: no honest host has both kinds. */
function checkedLookup(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses =
        typeof found === "string" ? [{ address: found, family: found.includes(":") ? 6 : 4 }] : found;
      const [first] = addresses;
      const refused = addresses.find(({ address }) => !isAllowed(address));
      if (first === undefined || refused !== undefined) {
        return callback(new NotPublicError(refused?.address ?? hostname), []);
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
}

function toResponse(message: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    for (const line of [value ?? []].flat()) headers.append(name, line);
  }
  const status = message.statusCode ?? 0;
  if (bodiless.has(status)) {
    message.once("error", () => {}).resume();
    return new Response(null, { status, headers });
  }
  // It is the platform's own stream, which Node's types only name apart.
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers });
}

/** A Response of these may have no body. */
const bodiless = new Set([204, 205, 304]);

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The request was called off.");
}
