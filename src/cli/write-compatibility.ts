/** Writes docs/COMPATIBILITY.md from the table of mends. Run by `npm run compatibility`; knows nothing of serving. */
import { writeFileSync } from "node:fs";
import { formatCompatibility } from "../dialects/compatibility.ts";
import { mends } from "../dialects/mends/index.ts";

writeFileSync(new URL("../../docs/COMPATIBILITY.md", import.meta.url), formatCompatibility(mends));
