import { describe } from "vitest";
import { createInlineExecutor } from "../../server/src/engine/inline-executor.ts";
import { testExecutor } from "./executor.contract.ts";

describe("inline", () => {
  testExecutor(createInlineExecutor);
});
