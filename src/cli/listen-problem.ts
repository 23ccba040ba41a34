/** Says in words why the proxy could not listen. Pure; the runtimes word the same failure differently. */
import { CliError } from "./cli-error.ts";
import { formatOrigin } from "./address.ts";

/** A CliError (1) for whatever a runtime threw when it was told to listen. */
export function explainListenProblem(thrown: unknown, at: { host: string; port: number }): CliError {
  const { code, message } = readError(thrown);
  const place = formatOrigin(at.host, at.port);
  if (/EADDRINUSE|AddrInUse|address already in use|is port .* in use/i.test(`${code} ${message}`)) {
    return new CliError(
      `Port ${at.port} on ${at.host} is in use by another program, perhaps by a proxy that still runs. Stop it, or choose another port with --port (0 picks a free one).`,
      1,
    );
  }
  if (/EACCES|EPERM|PermissionDenied|permission denied/i.test(`${code} ${message}`)) {
    return new CliError(
      `Not allowed to listen on ${place}: ports below 1024 are often for the system only. Choose another with --port.`,
      1,
    );
  }
  if (
    /EADDRNOTAVAIL|AddrNotAvailable|ENOTFOUND|ENOENT|EAI_|not available|lookup/i.test(`${code} ${message}`)
  ) {
    return new CliError(
      `This machine has no address ${at.host}. Choose 127.0.0.1 for this machine alone, or 0.0.0.0 for every network, with --host.`,
      1,
    );
  }
  return new CliError(`Cannot listen on ${place}: ${message}`, 1);
}

function readError(thrown: unknown): { code: string; message: string } {
  if (!(thrown instanceof Error)) return { code: "", message: String(thrown) };
  const code = "code" in thrown ? String(thrown.code) : "";
  return { code: `${thrown.name} ${code}`, message: thrown.message };
}
