import { defineConfig, type ViteUserConfig } from "vitest/config";

/** How packages are found: those of this repository as their sources, which are never stale. */
const conditions = ["presage-source", "module", "node"];

/** For suites that start programs: these run what is compiled, as they do for everyone. */
const compiled = { globalSetup: "test/support/build.ts" };

/** A test project of one folder of suites; every project runs in forked processes. */
const project = (name: string, include: string[], options = {}) => ({
  ssr: { resolve: { conditions } },
  test: { name, include, testTimeout: 30_000, hookTimeout: 60_000, ...options },
});

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      project("unit", ["{server,sdk}/src/**/*.test.ts", "test/{bench,soak}/**/*.test.ts"]),
      project("contract", ["test/contract/**/*.test.ts"]),
      project("integration", ["test/integration/**/*.test.ts"]),
      project("e2e", ["test/e2e/**/*.test.ts"], {
        globalSetup: [compiled.globalSetup, "test/support/kept-logs.ts"],
      }),
      project("interop", ["test/interop/**/*.test.ts"], compiled),
    ],
  },
});

export default config;
