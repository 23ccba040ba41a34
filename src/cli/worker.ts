/** One of several processes that serve the same port: it does as its parent says, and asks it for what all share. */
import process from "node:process";
import { z } from "zod";
import { createLog } from "../observe/log.ts";
import { createRemoteState } from "../store/remote-state.ts";
import { createCalls } from "./calls.ts";
import type { LoadedConfig } from "./config-file.ts";
import { createDrain, type EndSignal, endSignals } from "./drain.ts";
import { hostApp } from "./hosted-app.ts";
import { logOptions } from "./log-options.ts";
import { openState } from "./open-state.ts";
import { createReloader } from "./reload.ts";
import type { Shell } from "./shell.ts";
import { answerPlain, viewAll } from "./workers-view.ts";

/** Set in the environment of a worker. */
export const workerVariable = "OPENAI_LOCAL_PROXY_WORKER";

/** What the parent tells a worker that begins. */
export const seat = z.object({
  port: z.number(),
  keepsWarm: z.boolean(),
  /** What an operator told the workers that were there before. */
  orders: z.array(z.string()),
});

const endSignal = z.enum(endSignals);

/** Resolves once it serves. Ends when its parent does. */
export async function work(shell: Shell, loaded: LoadedConfig, load: () => LoadedConfig): Promise<void> {
  // A terminal and a service manager send a signal to all; the parent passes it on when it is time.
  for (const signal of [...endSignals, "SIGHUP"] as const) process.on(signal, () => {});
  process.on("disconnect", () => process.exit(1));
  const log = createLog(logOptions(loaded.config));
  process.on("unhandledRejection", (error) => log.error("defect", { error }));

  let drain: (signal: EndSignal) => void = () => process.exit(0);
  let reload = () => {};
  let request = (_text: string): Promise<string> => Promise.reject(new Error("not yet serving"));
  const calls = createCalls(
    { send: (message) => process.send?.(message) },
    {
      drain(signal) {
        drain(endSignal.parse(signal));
        return "";
      },
      reload() {
        reload();
        return "";
      },
      request: (text) => request(text),
    },
  );
  process.on("message", (message) => calls.receive(message));

  const { port, keepsWarm, orders } = seat.parse(JSON.parse(await calls.call("seat")));
  const runtime = shell.createRuntime(log);
  const parent = createRemoteState(async (body) => new Response(await calls.call("state", body)));
  const state = await openState(loaded.config.state, runtime, shell, parent);
  const self = { worker: Number(process.env[workerVariable]), pid: process.pid };
  const hosted = hostApp(loaded.config, runtime, state, { keepsWarm });
  request = (text) => answerPlain(hosted.handler, self, text);
  for (const order of orders) await answerPlain(hosted.handler, self, order);
  const handler = viewAll(hosted.handler, { self, ask: (text) => calls.call("others", text) });
  const { host } = loaded.config.server;
  const listener = await shell.listen(handler, { host, port, isShared: true });
  drain = createDrain({
    listener,
    limitMs: () => hosted.config().server.drain_timeout * 1000,
    close: state.close,
    log,
    exit: (code) => process.exit(code),
  });
  reload = createReloader({ config: loaded.config, load, apply: hosted.apply, log }).reload;
  await calls.call("listening");
}
