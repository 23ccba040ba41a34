import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Client libraries speak of each error that a test of theirs is after.
    silent: "passed-only",
    // Many wait for processes and sockets of theirs, so that one more than two cores can run does no harm.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
