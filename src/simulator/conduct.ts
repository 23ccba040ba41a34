/** How a server behaves towards any request, whatever the endpoint. Knows no server and no route. */
import type { Voice } from "./answer.ts";
import type { Failure } from "./failure.ts";
import type { SimulatedModel } from "./models.ts";
import type { Prompt } from "./prompt.ts";
import type { Refusal } from "./refusal.ts";
import type { StreamEvent } from "./stream-event.ts";

/** How a prompt reaches a model. */
export interface Admitted {
  /** As the server counts them. */
  readonly promptTokens: number;
  /** Whether the answer is one of nothing, under a status of success. */
  readonly isEmpty?: boolean;
}

/** One server's conduct. */
export interface Conduct {
  readonly voice: Voice;
  malformedBody(text: string, cause: unknown): Refusal;
  /** Lets a prompt reach the model or throws a refusal: too long for it, or with an image and it is blind. */
  admit(model: SimulatedModel, prompt: Prompt, promptTokens: number): Admitted;
  /** Status and body of a failure that comes as JSON. */
  refuse(failure: Failure): Refusal;
  /** The same inside a stream that has begun. */
  failureEvent(failure: Failure): StreamEvent;
}
