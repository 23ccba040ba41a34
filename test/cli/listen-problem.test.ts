/** Why the proxy cannot listen, in words, however a runtime tells it. */
import { expect, it } from "vitest";
import { explainListenProblem } from "../../src/cli/listen-problem.ts";

function failure(name: string, code: string | undefined, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}

it.each<[string, Error, RegExp]>([
  [
    "a used port on Node",
    failure("Error", "EADDRINUSE", "listen EADDRINUSE: address already in use"),
    /^Port 80 on 10\.0\.0\.1 is in use/,
  ],
  [
    "a used port on Bun",
    failure("Error", "EADDRINUSE", "Failed to start server. Is port 80 in use?"),
    /^Port 80 on 10\.0\.0\.1 is in use/,
  ],
  [
    "a used port on Deno",
    failure("AddrInUse", undefined, "Address already in use (os error 98)"),
    /^Port 80 on 10\.0\.0\.1 is in use/,
  ],
  [
    "a port of the system's",
    failure("Error", "EACCES", "permission denied 0.0.0.0:80"),
    /^Not allowed to listen on http:\/\/10\.0\.0\.1:80/,
  ],
  [
    "the same on Deno",
    failure("PermissionDenied", undefined, "Permission denied (os error 13)"),
    /^Not allowed/,
  ],
  [
    "another machine's address",
    failure("Error", "EADDRNOTAVAIL", "address not available"),
    /^This machine has no address 10\.0\.0\.1/,
  ],
  [
    "the same on Deno",
    failure("AddrNotAvailable", undefined, "Cannot assign"),
    /^This machine has no address/,
  ],
  ["an unknown name", failure("Error", "ENOTFOUND", "getaddrinfo ENOTFOUND"), /^This machine has no address/],
  [
    "anything else",
    failure("Error", "EMFILE", "too many open files"),
    /^Cannot listen on .*: too many open files$/,
  ],
])("%s", (_name, thrown, message) => {
  expect(explainListenProblem(thrown, { host: "10.0.0.1", port: 80 })).toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(message),
  });
});
