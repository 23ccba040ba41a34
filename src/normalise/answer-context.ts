/** What reading an answer has to know of its request. */
import type { BackendPlan } from "../config/plan.ts";
import type { Mend, MendFacts } from "../dialects/mend.ts";
import type { ProxyError } from "../errors.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import type { TokenCounts } from "../protocol/openai/read-usage.ts";
import type { Runtime } from "../runtime.ts";
import type { ChunkTranslation } from "./event-output.ts";

export interface AnswerContext {
  readonly backend: BackendPlan;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  /** The name that the client asked for. */
  readonly alias: string;
  /** What is to be made up for on this backend. */
  readonly mends: readonly Mend[];
  readonly facts: MendFacts;
  /** Makes another protocol of a stream's chunks; undefined where they stay as they are. */
  readonly translation?: ChunkTranslation | undefined;
  /** How bodies are read. */
  readonly runtime: Pick<Runtime, "readPieces" | "byteSearch">;
  /** Hears the id of each mend that changed something. */
  readonly onMend: (id: string) => void;
  /** Hears the token counts of a stream. */
  readonly onUsage?: (counts: TokenCounts) => void;
  /** What a failed read means; depends on who called the work off. */
  readonly broken: (cause: unknown) => ProxyError;
}
