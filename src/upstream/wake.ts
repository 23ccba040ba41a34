/** Wakes one sleeping box and waits until it answers. Knows nothing of who waits for it. */
import type { BackendPlan } from "../config/plan.ts";
import type { WakeConfig } from "../config/schema.ts";
import { labelOf } from "../dialects/label.ts";
import { badGateway, clientGone, ProxyError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { formatMagicPacket, parseMacAddress } from "./magic-packet.ts";
import { probe, type ProbeResult } from "./probe.ts";
import { type StopSignal, toAbortSignal } from "../stop-signal.ts";

/** How a box is woken: by a packet to its network card, or by asking something else to do it. */
export type WakeCall =
  | {
      readonly kind: "packet";
      /** Six bytes; see `parseMacAddress`. */
      readonly mac: Uint8Array;
      /** A broadcast address of the box's network; a sleeping card has no other. */
      readonly address: string;
      /** 9 by custom. */
      readonly port: number;
    }
  | { readonly kind: "hook"; readonly url: string };

export interface WakePlan {
  readonly call: WakeCall;
  /** How long the box may take until it answers; 120 seconds by default. */
  readonly timeoutMs: number;
}

export type Awake = ProbeResult & { readonly isUp: true };

export const defaultWakeTimeoutMs = 120_000;

/** A box that boots refuses connections at once; asking more often would not make it faster. */
const probePauseMs = 2_000;
/** Datagrams get lost, and a card may be asleep too deeply for the first. */
const repeatMs = 10_000;
const hookTimeoutMs = 10_000;

/** The operator's words as a plan; the schema has checked them. */
export function toWakePlan({ mac, address, port, hook, timeout }: WakeConfig): WakePlan {
  const bytes = mac === undefined ? undefined : parseMacAddress(mac);
  const call: WakeCall =
    bytes === undefined ? { kind: "hook", url: hook ?? "" } : { kind: "packet", mac: bytes, address, port };
  return { call, timeoutMs: timeout * 1000 };
}

/**
 * What the box told when it was up. Rejects with `backend_asleep` (503) when it is not in time, with `backend_wake_failed`
 * where it cannot even be called, and with `client_closed_request` when `signal` aborts.
 */
export async function wakeBackend(
  backend: BackendPlan,
  { call, timeoutMs }: WakePlan,
  runtime: Runtime,
  signal: StopSignal,
): Promise<Awake> {
  const begun = runtime.now();
  let calledAt = -Infinity;
  for (;;) {
    if (signal.aborted) throw clientGone();
    // A hook was heard when it answered; only a packet may have been lost.
    const isDue = call.kind === "packet" ? runtime.now() - calledAt >= repeatMs : calledAt === -Infinity;
    if (isDue) {
      calledAt = runtime.now();
      await (call.kind === "packet"
        ? sendPacket(call, backend, runtime)
        : callHook(call.url, backend, runtime, signal));
    }
    const found = await probe(backend, runtime);
    if (found.isUp) return found;
    if (runtime.now() - begun + probePauseMs > timeoutMs)
      throw stillAsleep(backend, timeoutMs, found.problem);
    await rest(probePauseMs, runtime, signal);
  }
}

async function sendPacket(
  { mac, address, port }: WakeCall & { readonly kind: "packet" },
  backend: BackendPlan,
  { sendDatagram, name }: Runtime,
): Promise<void> {
  if (sendDatagram === undefined) {
    throw wakeFailed(backend, `${name} has no UDP sockets for a Wake-on-LAN packet; use a hook instead`);
  }
  try {
    await sendDatagram(formatMagicPacket(mac), address, port);
  } catch (thrown) {
    throw wakeFailed(backend, `the packet to ${address} could not be sent`, thrown);
  }
}

async function callHook(
  url: string,
  backend: BackendPlan,
  runtime: Runtime,
  signal: StopSignal,
): Promise<void> {
  const late = new AbortController();
  const stopTimer = runtime.setTimer(() => late.abort(), hookTimeoutMs);
  try {
    const response = await runtime.fetch(url, {
      method: "POST",
      headers: new Map([["content-type", "application/json"]]),
      body: new TextEncoder().encode(JSON.stringify({ backend: backend.name })),
      signal: AbortSignal.any([toAbortSignal(signal), late.signal]),
    });
    void response.body?.cancel().catch(() => {});
    if (!response.ok) throw wakeFailed(backend, `the hook answered HTTP ${response.status}`);
  } catch (thrown) {
    if (signal.aborted) throw clientGone();
    // The hook's address may hold a token: it is not for a client's eyes.
    throw thrown instanceof ProxyError ? thrown : wakeFailed(backend, "the hook did not answer", thrown);
  } finally {
    stopTimer();
  }
}

function wakeFailed(backend: BackendPlan, problem: string, cause?: unknown): ProxyError {
  return badGateway(
    `${labelOf(backend)} sleeps, and could not be woken: ${problem}.`,
    "backend_wake_failed",
    {
      retry: "safe",
      cause,
    },
  );
}

function stillAsleep(backend: BackendPlan, timeoutMs: number, problem: string): ProxyError {
  return new ProxyError({
    status: 503,
    type: "server_error",
    code: "backend_asleep",
    message: `${labelOf(backend)} was called, and did not wake up within ${timeoutMs / 1000} seconds. Last seen: ${problem}`,
    // Nothing of the request itself was sent.
    retry: "safe",
  });
}

/** Ends early when the signal aborts; the loop looks why. */
function rest(delayMs: number, runtime: Runtime, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = runtime.setTimer(finish, delayMs);
    function finish(): void {
      stopTimer();
      signal.removeEventListener("abort", finish);
      resolve();
    }
    signal.addEventListener("abort", finish, { once: true });
    if (signal.aborted) finish();
  });
}
