/** The shared state over HTTP: what one side asks by `createRemoteState`, the other does by `serveState`. Knows no host. */
import { z } from "zod";
import type { StateOperations } from "./shared-state.ts";

const key = z.string();
const points = z.number();
const durationMs = z.number();
const lease = z.strictObject({ name: z.string(), holderId: z.string(), ttlMs: durationMs });
const leases = z.array(lease).readonly();
const turn = z.strictObject({ key: z.string(), priority: z.number(), lapseMs: durationMs });

/** An operation by its name, and what it is given. */
const order = z.discriminatedUnion("operation", [
  z.strictObject({ operation: z.literal("get"), wish: z.tuple([key]) }),
  z.strictObject({ operation: z.literal("set"), wish: z.tuple([key, z.string(), durationMs]) }),
  z.strictObject({ operation: z.literal("delete"), wish: z.tuple([key]) }),
  z.strictObject({ operation: z.literal("takePoints"), wish: z.tuple([key, points, points, durationMs]) }),
  z.strictObject({
    operation: z.literal("acquireLease"),
    wish: z.tuple([lease, z.number(), turn.optional()]),
  }),
  z.strictObject({ operation: z.literal("renewLeases"), wish: z.tuple([leases]) }),
  z.strictObject({ operation: z.literal("releaseLeases"), wish: z.tuple([leases]) }),
  z.strictObject({ operation: z.literal("getRecord"), wish: z.tuple([key]) }),
  z.strictObject({ operation: z.literal("setRecord"), wish: z.tuple([key, z.string(), durationMs]) }),
]);

type Order = z.output<typeof order>;
type Wish<Name extends Order["operation"]> = Extract<Order, { operation: Name }>["wish"];

const text = z.object({ result: z.string().optional() });
const flag = z.object({ result: z.boolean() });
const flags = z.object({ result: z.array(z.boolean()) });
const nothing = z.object({});
const taken = z.object({
  result: z.object({ allowed: z.boolean(), remaining: z.number(), resetMs: z.number() }),
});

/** `send` takes the order as a POST's body and gives back the answer. */
export function createRemoteState(send: (body: string) => Promise<Response>): StateOperations {
  async function ask<Answer>(wanted: Order, answer: z.ZodType<Answer>): Promise<Answer> {
    const response = await send(JSON.stringify(wanted));
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the shared state answered with status ${response.status}`);
    }
    return answer.parse(await response.json());
  }
  return {
    get: async (...wish) => (await ask({ operation: "get", wish }, text)).result,
    set: async (...wish) => void (await ask({ operation: "set", wish }, nothing)),
    delete: async (...wish) => (await ask({ operation: "delete", wish }, flag)).result,
    takePoints: async (...wish) => (await ask({ operation: "takePoints", wish }, taken)).result,
    async acquireLease(wanted, limit, place) {
      // JSON has no undefined in a list.
      const wish: Wish<"acquireLease"> = place === undefined ? [wanted, limit] : [wanted, limit, place];
      return (await ask({ operation: "acquireLease", wish }, flag)).result;
    },
    renewLeases: async (...wish) => (await ask({ operation: "renewLeases", wish }, flags)).result,
    releaseLeases: async (...wish) => void (await ask({ operation: "releaseLeases", wish }, nothing)),
    getRecord: async (...wish) => (await ask({ operation: "getRecord", wish }, text)).result,
    setRecord: async (...wish) => void (await ask({ operation: "setRecord", wish }, nothing)),
    close: async () => {},
  };
}

/** Does what a `createRemoteState` asks for; 400 for what it cannot have asked. */
export async function serveState(state: StateOperations, body: string): Promise<Response> {
  const parsed = order.safeParse(parseJson(body));
  if (!parsed.success) return new Response(null, { status: 400 });
  return Response.json({ result: await perform(state, parsed.data) });
}

function perform(state: StateOperations, { operation, wish }: Order): Promise<unknown> {
  switch (operation) {
    case "get":
      return state.get(...wish);
    case "set":
      return state.set(...wish);
    case "delete":
      return state.delete(...wish);
    case "takePoints":
      return state.takePoints(...wish);
    case "acquireLease":
      return state.acquireLease(...wish);
    case "renewLeases":
      return state.renewLeases(...wish);
    case "releaseLeases":
      return state.releaseLeases(...wish);
    case "getRecord":
      return state.getRecord(...wish);
    case "setRecord":
      return state.setRecord(...wish);
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
