import { describe } from "vitest";
import { createInlineExecutor } from "../../server/src/engine/inline-executor.ts";
import { createPoolExecutor } from "../../server/src/engine/pool-executor.ts";
import { testExecutor } from "./executor.contract.ts";

describe("inline", () => {
  testExecutor(() => createInlineExecutor().createShare());
});

describe.each([1, 2, 5])("pool of %i", (workers) => {
  testExecutor(() => createPoolExecutor(workers));
});
