/** A request that a server would refuse: a status, and what stands under `error`. Knows no server's words. */

/** Thrown where a request is read; the simulator turns it into a response. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** The value of `error` in the body, a string or an object as the server has it. */
  readonly error: unknown;

  constructor(status: number, error: unknown) {
    super(typeof error === "string" ? error : JSON.stringify(error));
    this.status = status;
    this.error = error;
  }
}
