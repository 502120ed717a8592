import { describe, expect, it } from "vitest";
import { modelState } from "../../../test/support/model-state.ts";
import type { ModelState } from "../repository/model-state.ts";
import { createOpenApiWriter } from "./writer.ts";

const ready = modelState("iris", "", { 1: "ready" });

function writerOf(first: readonly ModelState[]) {
  let models = first;
  const asked: string[] = [];
  const writer = createOpenApiWriter({
    models: () => models,
    contracts: (model) => {
      asked.push(model);
      return new Map();
    },
  });
  return {
    asked,
    write: () => writer.write(),
    become: (next: readonly ModelState[]) => {
      models = next;
    },
  };
}

describe("createOpenApiWriter()", () => {
  it("asks for nothing before it writes", async () => {
    const { asked, write } = writerOf([ready]);
    expect(asked).toEqual([]);
    await write();
    expect(asked).toEqual(["iris"]);
  });

  it("writes the comments of our own contract", async () => {
    const { write } = writerOf([]);
    expect(await write()).toContain("ListModels answers every model that the server found");
  });

  it("writes anew when a model comes, and the same while none does", async () => {
    const { become, write } = writerOf([]);
    const before = await write();
    expect(await write()).toBe(before);
    become([ready]);
    const after = await write();
    expect(before).not.toContain('{"model":"iris"}');
    expect(after).toContain('{"model":"iris"}');
    expect(await write()).toBe(after);
  });
});
