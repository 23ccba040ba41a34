/** The table of mends. Its order is the order in which they run, on requests and on answers. */
import type { Mend } from "../mend.ts";

export const mends: readonly Mend[] = [];
