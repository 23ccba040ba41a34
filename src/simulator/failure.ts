/** What may go wrong in a server, by name. Knows no server's words for it. */

/** A failure that a server tells of itself; those of the line between are none. */
export type Failure =
  | "engine"
  | "compute"
  | "overflow"
  | "unloaded"
  | "error-200"
  | "error-object-200"
  | "rate-limit"
  | "unauthorized";
