/** The state that all isolates of a Worker share, in one Durable Object: its class, and the way to it. Knows no operation. */
import { createRemoteState, serveState } from "../store/remote-state.ts";
import type { StateOperations } from "../store/shared-state.ts";
import { createSqlState, type SqlState, type SqlValue } from "../store/sql-state.ts";

/** What Cloudflare gives a Durable Object, as far as it is used here. */
interface ObjectContext {
  readonly storage: {
    readonly sql: {
      exec(
        statement: string,
        ...values: SqlValue[]
      ): { toArray(): readonly Readonly<Record<string, unknown>>[] };
    };
    getAlarm(): Promise<number | null>;
    setAlarm(time: number): Promise<void>;
  };
}

interface ObjectNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string, init: RequestInit): Promise<Response> };
}

/** The binding that wrangler.toml names. */
export const stateBinding = "STATE";

/** Not more often than this is swept what has lapsed; what has lapsed counts nowhere in the meantime. */
const sweepPauseMs = 60_000;

/** The class that wrangler.toml names. */
export class SharedStateObject {
  readonly #context: ObjectContext;
  readonly #state: SqlState;

  constructor(context: ObjectContext) {
    this.#context = context;
    const { sql } = context.storage;
    this.#state = createSqlState(
      (statement, ...values) => sql.exec(statement, ...values).toArray(),
      () => Date.now(),
    );
  }

  async fetch(request: Request): Promise<Response> {
    const answer = await serveState(this.#state, await request.text());
    const { storage } = this.#context;
    if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + sweepPauseMs);
    return answer;
  }

  async alarm(): Promise<void> {
    const next = this.#state.sweep();
    if (next !== undefined) await this.#context.storage.setAlarm(Math.max(next, Date.now() + sweepPauseMs));
  }
}

/** Undefined where no such binding is: each isolate has its own memory then. */
export function findDurableState(bindings: Readonly<Record<string, unknown>>): StateOperations | undefined {
  const namespace = bindings[stateBinding];
  if (!isNamespace(namespace)) return undefined;
  return createRemoteState((body) => {
    // A stub belongs to the request that made it, so that each operation makes its own.
    const stub = namespace.get(namespace.idFromName("state"));
    return stub.fetch("https://state.invalid/", { method: "POST", body });
  });
}

function isNamespace(value: unknown): value is ObjectNamespace {
  return typeof value === "object" && value !== null && "idFromName" in value && "get" in value;
}
