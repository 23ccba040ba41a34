/** Writes the head of a message. What would be read as something else than it is, is not written. */
import { areLines, isName, isToken } from "./fields.ts";

/** What fields are written from: a map by lower-case names, or `Headers`. */
export interface FieldSource {
  get(name: string): string | null | undefined;
  forEach(callback: (value: string, name: string) => void): void;
}

/** Each with its line end, but for those `leftOut`; throws a TypeError for what is no field. */
export function formatFields(fields: FieldSource, leftOut: ReadonlySet<string>): string {
  let text = "";
  fields.forEach((value, name) => {
    if (leftOut.has(name)) return;
    if (!isName(name) || value.includes("\n")) throw cannotBeSent(name);
    text = `${text}${name}: ${value}\r\n`;
  });
  // All at once, where the line ends are this function's own: each by itself would cost as much.
  if (areLines(text)) return text;
  let culprit = "";
  fields.forEach((value, name) => {
    if (!leftOut.has(name) && !areLines(`${value}\r\n`)) culprit = name;
  });
  throw cannotBeSent(culprit);
}

const cannotBeSent = (name: string) => new TypeError(`The header ${name} cannot be sent.`);

/** As `GET /path HTTP/1.1`; throws a TypeError for what would be read as something else. */
export function formatRequestLine(method: string, target: string): string {
  if (!isToken(method)) throw new TypeError(`The method ${method} cannot be passed on.`);
  if (!/^[!-~]+$/.test(target)) throw new TypeError("The path of a request has to be encoded.");
  return `${method} ${target} HTTP/1.1\r\n`;
}

const phrases: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  417: "Expectation Failed",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  499: "Client Closed Request",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** Throws a RangeError where it is no status of an answer. */
export function formatStatusLine(status: number): string {
  if (!Number.isInteger(status) || status < 200 || status > 999)
    throw new RangeError(`${status} is no status.`);
  return `HTTP/1.1 ${status} ${phrases[status] ?? ""}\r\n`;
}
