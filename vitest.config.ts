import { defineConfig, type ViteUserConfig } from "vitest/config";

/** A test project of one folder of suites; every project runs in forked processes. */
const project = (name: string, include: string[]) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 60_000 },
});

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      project("unit", ["{server,sdk}/src/**/*.test.ts", "test/bench/**/*.test.ts"]),
      project("contract", ["test/contract/**/*.test.ts"]),
      project("integration", ["test/integration/**/*.test.ts"]),
      project("e2e", ["test/e2e/**/*.test.ts"]),
      project("interop", ["test/interop/**/*.test.ts"]),
    ],
  },
});

export default config;
