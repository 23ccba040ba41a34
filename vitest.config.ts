import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Client libraries speak of each error that a test of theirs is after.
    silent: "passed-only",
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
