/** What is known of a backend, as plain data for those who choose among them. Knows no way to find it out. */
import type { BackendPlan } from "../config/plan.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { RecentTraffic } from "./traffic.ts";

export type BackendStatus = "unknown" | "up" | "down";

/** What is known of one backend at one moment. */
export interface BackendSnapshot {
  readonly backend: BackendPlan;
  readonly status: BackendStatus;
  /** Why it is down, in words for the operator. */
  readonly problem: string | undefined;
  /** Undefined until it has told them once. */
  readonly models: readonly LocalModel[] | undefined;
  /** Milliseconds since the epoch; 0 if it was never checked. */
  readonly checkedAt: number;
  readonly inFlight: number;
  /** It answered that it has no /v1/responses. */
  readonly lacksResponses: boolean;
  /** An operator let it finish what runs and take nothing new. */
  readonly isDrained?: boolean | undefined;
  /** What its circuit breaker says at this moment; left out where none is kept. */
  readonly breakerAdmits?: boolean | undefined;
  /** It fails far more often than the others; see `findOutliers`. */
  readonly isOutlier?: boolean | undefined;
  /** Its strength relative to the others; 1 if left out. */
  readonly weight?: number | undefined;
  /** How many requests it runs at once; left out where nobody told. */
  readonly places?: number | undefined;
  /** Requests that wait for a place on it and no other. */
  readonly queued?: number | undefined;
  /** What its traffic showed of late, decayed to this moment. */
  readonly traffic?: RecentTraffic | undefined;
}
