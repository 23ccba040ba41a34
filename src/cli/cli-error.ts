/** An error whose message is all that the operator needs to read: no stack, and an exit code. Knows no stream. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  /** 2 says that the command was wrong, 1 that what it asked for could not be done. */
  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
