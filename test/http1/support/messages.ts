/** Reads answers the slow and plain way, to compare with: fails where bytes are left that belong to none. */

export interface ReadAnswer {
  readonly status: number;
  /** By lower-case names. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

/** `methods` are those of the requests, in their order; GET where none is told. */
export function readAnswers(text: string, methods: readonly string[] = []): ReadAnswer[] {
  const answers: ReadAnswer[] = [];
  let rest = text;
  while (rest !== "") {
    const headEnd = rest.indexOf("\r\n\r\n");
    const [line = "", ...lines] = rest.slice(0, headEnd).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    if (headEnd === -1 || Number.isNaN(status)) throw new Error(`This is no answer: ${JSON.stringify(rest)}`);
    const fields = new Map(
      lines.map((field): [string, string] => {
        const colon = field.indexOf(": ");
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 2)];
      }),
    );
    rest = rest.slice(headEnd + 4);
    const isBodiless = methods[answers.length] === "HEAD" || status < 200 || status === 204 || status === 304;
    const [body, after] = isBodiless ? ["", rest] : readBody(fields, rest);
    if (status >= 200) answers.push({ status, fields, body });
    rest = after;
  }
  return answers;
}

function readBody(fields: ReadonlyMap<string, string>, text: string): [body: string, rest: string] {
  const length = fields.get("content-length");
  if (length !== undefined) {
    if (text.length < Number(length)) throw new Error("The body is too short.");
    return [text.slice(0, Number(length)), text.slice(Number(length))];
  }
  return fields.get("transfer-encoding") === "chunked" ? readChunks(text) : [text, ""];
}

function readChunks(text: string): [body: string, rest: string] {
  let body = "";
  let rest = text;
  for (;;) {
    const size = /^([\da-f]+)\r\n/.exec(rest);
    if (size === null) throw new Error(`This is no chunk: ${JSON.stringify(rest)}`);
    const start = size[0].length;
    const end = start + Number.parseInt(size[1] ?? "", 16);
    if (rest.slice(end, end + 2) !== "\r\n") throw new Error("A chunk does not end where it should.");
    body += rest.slice(start, end);
    rest = rest.slice(end + 2);
    if (end === start) return [body, rest];
  }
}
