/** The app on the portable runtime, with its log kept for the test. */
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { createPortableRuntime, type Log, type LogFields, type Runtime } from "../../src/runtime.ts";
import { createState } from "../../src/state.ts";

export interface LogEvent {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

export function recordingLog(): Log & { readonly events: LogEvent[] } {
  const events: LogEvent[] = [];
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void events.push({ level, event, fields });
  return { events, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export interface TestApp {
  request(path: string, init?: RequestInit): Promise<Response>;
  chat(body: Readonly<Record<string, unknown>>, init?: RequestInit): Promise<Response>;
  readonly events: LogEvent[];
  inFlight(): Promise<number>;
}

export function createTestApp(config: ConfigInput, overrides: Partial<Runtime> = {}): TestApp {
  const log = recordingLog();
  const runtime = createPortableRuntime("test", { log, ...overrides });
  const app = createApp(parseConfig(config), runtime, createState(runtime));
  const request = async (path: string, init?: RequestInit) => app.request(`http://proxy.test${path}`, init);
  return {
    request,
    chat: (body, init = {}) =>
      request("/v1/chat/completions", {
        ...init,
        method: "POST",
        headers: { "content-type": "application/json", ...init.headers },
        body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }], ...body }),
      }),
    events: log.events,
    async inFlight() {
      const health = (await (await request("/health")).json()) as {
        backends: Record<string, { in_flight: number }>;
      };
      return Object.values(health.backends).reduce((sum, { in_flight }) => sum + in_flight, 0);
    },
  };
}
