/**
 * What each entry of the tables that fill up takes of V8's heap, and how many entries each table holds before the oldest
 * go. Needs --expose-gc; says nothing about time.
 */
import { createMemoryLimiters } from "../src/admission/memory-limiters.ts";
import { createPrefixTable } from "../src/route/prefix-table.ts";
import { createMemoryStore } from "../src/store/key-value.ts";
import { createMemoryState } from "../src/store/memory-state.ts";
import { formatTable } from "./table.ts";

const count = 10_000;
const collect = globalThis.gc;
if (collect === undefined) throw new Error("Run it as `npm run bench:entries`: it needs --expose-gc.");

interface Table {
  readonly name: string;
  readonly bound: string;
  /** A new table, and what puts entry number `index` into it. */
  open(): (index: number) => unknown;
}

const minuteMs = 60_000;
/** The same for all entries, so that it is not counted with them. */
const storedText = "A turn of a conversation. ".repeat(160);

const tables: readonly Table[] = [
  {
    name: "the box of a conversation's turn",
    bound: "10,000 turns",
    open: () => {
      const table = createPrefixTable();
      return (index) => table.remember({ key: index, boundaries: [index] }, "box");
    },
  },
  {
    name: "a limit's count for a key or an address",
    bound: "100,000 a rule",
    open: () => {
      const limiter = createMemoryLimiters().open({ points: 100, windowSeconds: 60 });
      return (index) => limiter.take(`address 10.50.${index >> 8}.${index & 255}`, 1, 0);
    },
  },
  {
    name: "a record that replicas share, in memory",
    bound: "100,000",
    open: () => {
      const state = createMemoryState(1, () => 0);
      return (index) => state.setRecord(`record ${index}`, "open", minuteMs);
    },
  },
  {
    name: "a kept response, without its text",
    bound: "128 MB with all texts",
    open: () => {
      const store = createMemoryStore(1e12, () => 0);
      return (index) => store.set(`response - resp_${index}`, storedText, minuteMs);
    },
  },
];

/** What a finalizer or a compiled function held goes in the second collection. */
async function usedHeap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

async function bytesOf({ open }: Table): Promise<number> {
  const put = open();
  // Makes room for the table itself, which is made whole at its start.
  await put(count);
  const before = await usedHeap();
  for (let index = 0; index < count; index++) await put(index);
  const after = await usedHeap();
  // Used once more, so that the table is not collected before it was measured.
  await put(0);
  return (after - before) / count;
}

const rows: string[][] = [];
for (const table of tables) rows.push([table.name, (await bytesOf(table)).toFixed(0), table.bound]);
process.stdout.write(`${formatTable(["entry", "bytes", "at most"], rows)}\n`);
