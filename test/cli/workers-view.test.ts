import { describe, expect, it } from "vitest";
import type { Handler } from "../../src/cli/shell.ts";
import { answerPlain, type OtherWorkers, viewAll } from "../../src/cli/workers-view.ts";

const nobody = { clientAddress: undefined };

/** Worker `worker` with this handler, of whom the others are asked. */
function viewOf(worker: number, handlers: Readonly<Record<number, Handler>>): Handler {
  const self = (number: number) => ({ worker: number, pid: 100 + number });
  const others: OtherWorkers = {
    self: self(worker),
    async ask(text) {
      const asked = Object.entries(handlers).filter(([number]) => Number(number) !== worker);
      const answers = asked.map(([number, handler]) => answerPlain(handler, self(Number(number)), text));
      return JSON.stringify(await Promise.all(answers));
    },
  };
  const own = handlers[worker];
  if (own === undefined) throw new Error("There is no such worker.");
  return viewAll(own, others);
}

const get = (path: string, init?: RequestInit) => new Request(`http://proxy.test${path}`, init);

describe("the view over all workers", () => {
  it("sums the health, and lists the workers by their number", async () => {
    const report =
      (running: number, uptime: number): Handler =>
      () =>
        Response.json(
          {
            status: "ok",
            uptime,
            queue: { waiting: 1, running },
            state: { mode: "shared" },
            backends: { box: { status: "up", in_flight: running, models: 3 } },
          },
          { headers: { "x-request-id": "req_1" } },
        );
    const answer = await viewOf(2, { 1: report(3, 50), 2: report(4, 9) })(get("/health"), nobody);
    expect(answer.headers.get("x-request-id")).toBe("req_1");
    expect(await answer.json()).toEqual({
      status: "ok",
      uptime: 50,
      queue: { waiting: 2, running: 7 },
      state: { mode: "shared" },
      backends: { box: { status: "up", in_flight: 7, models: 3 } },
      workers: [
        { worker: 1, pid: 101, uptime: 50, queue: { waiting: 1, running: 3 } },
        { worker: 2, pid: 102, uptime: 9, queue: { waiting: 1, running: 4 } },
      ],
    });
  });

  it("keeps the metrics of each worker apart by a label, and each family in one piece", async () => {
    const metrics =
      (count: number): Handler =>
      () =>
        new Response(
          `# HELP a_total Counts.\n# TYPE a_total counter\na_total{path="/x {y}"} ${count}\n\n# HELP b Level.\n# TYPE b gauge\nb ${count}\n`,
        );
    for (const asked of [1, 2]) {
      const answer = await viewOf(asked, { 1: metrics(5), 2: metrics(6) })(get("/metrics"), nobody);
      expect((await answer.text()).split("\n")).toEqual([
        "# HELP a_total Counts.",
        "# TYPE a_total counter",
        'a_total{path="/x {y}",worker="1"} 5',
        'a_total{path="/x {y}",worker="2"} 6',
        "# HELP b Level.",
        "# TYPE b gauge",
        'b{worker="1"} 5',
        'b{worker="2"} 6',
        "",
      ]);
    }
  });

  it("lets an order of the operator reach all, with its key", async () => {
    const seen: string[] = [];
    const drain =
      (worker: number): Handler =>
      ({ method, url, headers }) => {
        seen.push(`${worker} ${method} ${new URL(url).pathname} ${headers.get("authorization")}`);
        return Response.json({ drained: true });
      };
    const order = get("/admin/backends/box/drain", {
      method: "POST",
      headers: { authorization: "Bearer k" },
    });
    expect(await (await viewOf(1, { 1: drain(1), 2: drain(2) })(order, nobody)).json()).toEqual({
      drained: true,
    });
    expect(seen).toEqual([1, 2].map((worker) => `${worker} POST /admin/backends/box/drain Bearer k`));
  });

  it.each([
    ["POST", "/v1/chat/completions", 200],
    ["GET", "/health/live", 200],
    ["POST", "/admin/backends/none/drain", 404],
    ["GET", "/metrics", 401],
  ])("asks nobody else for %s %s that answers %d", async (method, path, status) => {
    const own: Handler = () => new Response("own", { status });
    const answer = await viewOf(1, { 1: own, 2: () => expect.unreachable() })(get(path, { method }), nobody);
    expect([answer.status, await answer.text()]).toEqual([status, "own"]);
  });
});
