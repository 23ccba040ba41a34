/** What the kernel counts of a process and its children: CPU time, memory, open files. Linux only; measures nothing itself. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";

const tickMs = 10;

export interface ProcessStat {
  readonly parent: number;
  /** User and system time of all its threads, ended ones included. */
  readonly cpuMs: number;
  /** The same of children that have ended and were waited for. */
  readonly endedChildrenMs: number;
}

/** Reads /proc/PID/stat; the name in brackets may hold spaces and brackets. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (index: number) => Number(fields[index]);
  return {
    parent: field(1),
    cpuMs: (field(11) + field(12)) * tickMs,
    endedChildrenMs: (field(13) + field(14)) * tickMs,
  };
}

/** Reads /proc/PID/task/TID/schedstat: nanoseconds on a core come first. */
export function parseSchedstat(text: string): number {
  return Number(text.split(" ")[0]) / 1e6;
}

/** A field of /proc/PID/status in bytes, such as VmRSS; 0 where it is missing. */
export function parseMemory(text: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text);
  return found === null ? 0 : Number(found[1]) * 1024;
}

/** A process and all that descend from it. */
export function treeOf(root: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const tree = [root];
  for (const parent of tree) {
    for (const [child, itsParent] of parents) if (itsParent === parent) tree.push(child);
  }
  return tree;
}

/** Undefined where the process has just ended. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function listOrNone(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readTree(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const text = /^\d+$/.test(name) ? readOrUndefined(`/proc/${name}/stat`) : undefined;
    if (text !== undefined) parents.set(Number(name), parseStat(text).parent);
  }
  return treeOf(root, parents);
}

/** CPU time of a tree at one moment. */
export interface CpuReading {
  /** By thread, exact, but gone with the thread. */
  readonly threadMs: ReadonlyMap<string, number>;
  /** Of all, in steps of a tick. */
  readonly tickedMs: number;
}

export function readCpu(root: number): CpuReading {
  const threadMs = new Map<string, number>();
  let tickedMs = 0;
  for (const pid of readTree(root)) {
    const stat = readOrUndefined(`/proc/${pid}/stat`);
    if (stat === undefined) continue;
    const { cpuMs, endedChildrenMs } = parseStat(stat);
    tickedMs += cpuMs + endedChildrenMs;
    for (const tid of listOrNone(`/proc/${pid}/task`)) {
      const text = readOrUndefined(`/proc/${pid}/task/${tid}/schedstat`);
      if (text !== undefined) threadMs.set(`${pid}/${tid}`, parseSchedstat(text));
    }
  }
  return { threadMs, tickedMs };
}

/** Milliseconds between two readings. Threads are exact to the microsecond; where some have ended, ticks know more. */
export function cpuBetween(before: CpuReading, after: CpuReading): number {
  let threads = 0;
  for (const [thread, ms] of after.threadMs) threads += ms - (before.threadMs.get(thread) ?? 0);
  return Math.max(threads, after.tickedMs - before.tickedMs - 2 * tickMs);
}

/** Resident bytes of a tree, or with "VmHWM" its highest since the last reset. */
export function readMemory(root: number, field: "VmRSS" | "VmHWM" = "VmRSS"): number {
  return readTree(root)
    .map((pid) => parseMemory(readOrUndefined(`/proc/${pid}/status`) ?? "", field))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Makes "VmHWM" count from now on. */
export function resetPeak(root: number): void {
  for (const pid of readTree(root)) writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** Sockets that a tree has open, listening ones included. */
export function countSockets(root: number): number {
  return readTree(root).flatMap((pid) =>
    listOrNone(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)),
  ).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    return false;
  }
}

/** Ports of closed connections that are not to be used again for a minute; reads /proc/net/sockstat. */
export function parseClosing(text: string): number {
  return Number(/^TCP:.* tw (\d+)/m.exec(text)?.[1] ?? 0);
}

export const countClosing = (): number => parseClosing(readOrUndefined("/proc/net/sockstat") ?? "");
