/** One view over all workers: an admin's request goes to each of them, and one answer comes of theirs. Knows no process. */
import { z } from "zod";
import { pathOf } from "../http/paths.ts";
import type { Handler } from "./shell.ts";

const plainRequest = z.object({
  method: z.string(),
  path: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
});

/** Which worker it is; the number stays with its seat when the process is another one. */
const self = z.object({ worker: z.number(), pid: z.number() });
export type Self = z.output<typeof self>;

const plainAnswer = self.extend({ status: z.number(), body: z.string() });
type PlainAnswer = z.output<typeof plainAnswer>;

export interface OtherWorkers {
  readonly self: Self;
  /** Answers a JSON list of what `answerPlain` gave at each of the others; those that are gone are left out. */
  ask(request: string): Promise<string>;
}

const otherAnswers = z.array(z.string());

const report = z.looseObject({
  uptime: z.number(),
  queue: z.record(z.string(), z.number()),
  backends: z.record(z.string(), z.looseObject({ in_flight: z.number() })),
});
type Report = z.output<typeof report>;

/** The same handler, but that what is asked of the service is asked of all workers. */
export function viewAll(handler: Handler, others: OtherWorkers): Handler {
  return async (request, platform) => {
    const join = joinOf(request.method, pathOf(request.url));
    if (join === undefined) return handler(request, platform);
    const own = await handler(request, platform);
    if (!own.ok && own.status !== 503) return own;
    const answers = await ask(request, others);
    const mine = { ...others.self, status: own.status, body: await own.clone().text() };
    return join(
      own,
      [mine, ...answers].sort((a, b) => a.worker - b.worker),
    );
  };
}

/** What an order is about where it has to outlive the worker that it was given to; a later one about the same takes its place. */
export function subjectOf(text: string): string | undefined {
  const { method, path } = plainRequest.parse(JSON.parse(text));
  return method === "POST" ? path.replace(/[^/]*$/, "") : undefined;
}

/** What another worker asked, answered by this one. */
export async function answerPlain(handler: Handler, own: Self, text: string): Promise<string> {
  const { method, path, headers } = plainRequest.parse(JSON.parse(text));
  const answer = await handler(new Request(`http://worker.invalid${path}`, { method, headers }), {
    clientAddress: undefined,
  });
  return JSON.stringify({ ...own, status: answer.status, body: await answer.text() } satisfies PlainAnswer);
}

/** `all` has this worker's own answer too. */
type Join = (own: Response, all: readonly PlainAnswer[]) => Response | Promise<Response>;

function joinOf(method: string, path: string): Join | undefined {
  if (method === "GET" && path === "/health") return joinHealth;
  if (method === "GET" && path === "/metrics") return joinMetrics;
  // Whoever was asked answers for all: the others did the same.
  return method === "POST" && path.startsWith("/admin/") ? (own) => own : undefined;
}

async function ask(request: Request, others: OtherWorkers): Promise<readonly PlainAnswer[]> {
  const { method, headers, url } = request;
  const asked = JSON.stringify({ method, path: pathOf(url), headers: [...headers] });
  const answers = otherAnswers.parse(JSON.parse(await others.ask(asked)));
  return answers.map((answer) => plainAnswer.parse(JSON.parse(answer)));
}

async function joinHealth(own: Response, answers: readonly PlainAnswer[]): Promise<Response> {
  const mine: unknown = await own.json();
  const all = answers.map(({ worker, pid, body }) => ({
    worker,
    pid,
    report: report.parse(JSON.parse(body)),
  }));
  const reports = all.map((one) => one.report);
  const backends = Object.entries(report.parse(mine).backends).map(([name, backend]) => {
    const inFlight = reports.reduce((sum, one) => sum + (one.backends[name]?.in_flight ?? 0), 0);
    return [name, { ...backend, in_flight: inFlight }];
  });
  const whole = {
    ...z.record(z.string(), z.unknown()).parse(mine),
    uptime: Math.max(...reports.map(({ uptime }) => uptime)),
    queue: sumQueues(reports),
    backends: Object.fromEntries(backends),
    workers: all.map(({ worker, pid, report: { uptime, queue } }) => ({ worker, pid, uptime, queue })),
  };
  return Response.json(whole, { status: own.status, headers: kept(own) });
}

function sumQueues(all: readonly Report[]): Record<string, number> {
  const names = [...new Set(all.flatMap(({ queue }) => Object.keys(queue)))];
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, { queue }) => sum + (queue[name] ?? 0), 0)]),
  );
}

/** Each sample gets a label for its worker; a comment stands once, before the samples of its family. */
function joinMetrics(own: Response, answers: readonly PlainAnswer[]): Response {
  const families = new Map<string, string[]>();
  for (const { worker, body } of answers) {
    let lines: string[] = [];
    for (const line of body.split("\n").filter((one) => one !== "")) {
      const family = /^# HELP (\S+)/.exec(line)?.[1];
      if (family !== undefined) {
        lines = families.get(family) ?? [];
        families.set(family, lines);
      }
      if (!line.startsWith("#")) lines.push(labelled(line, worker));
      else if (!lines.includes(line)) lines.push(line);
    }
  }
  const text = [...families.values()].flat().join("\n");
  return new Response(`${text}\n`, { status: own.status, headers: kept(own) });
}

function labelled(sample: string, worker: number): string {
  const [, name = "", labels = "", value = ""] = /^([^\s{]+)(?:\{(.*)\})?( .*)$/.exec(sample) ?? [];
  const all = [...(labels === "" ? [] : [labels]), `worker="${worker}"`];
  return `${name}{${all.join(",")}}${value}`;
}

/** A new body has a new length. */
function kept(own: Response): Headers {
  const headers = new Headers(own.headers);
  headers.delete("content-length");
  return headers;
}
