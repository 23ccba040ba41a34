#!/usr/bin/env -S node --min-semi-space-size=16 --max-semi-space-size=16
/** The front door on Node. Knows only how its code is loaded. */
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

// Otherwise every few large bodies set off a full collection, which costs more than passing them on does.
setFlagsFromString("--external-memory-accounted-in-global-limit");

// The code without its types, and compiled, is kept for the next start, which takes half the time then.
enableCompileCache();
await import("./node/shell.ts");
