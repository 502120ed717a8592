import { describe, expect, it } from "vitest";
import { contractOf } from "../../../test/support/contracts.ts";
import { house, people } from "../../../test/support/example-signatures.ts";
import { systemClock } from "../core/clock.ts";
import type { Signature } from "../core/signature.ts";
import type { ModelState } from "../repository/model-state.ts";
import { type ContractedModel, createTypedModels, type ModelContracts } from "./typed-models.ts";

interface Held {
  readonly name: string;
  readonly signature: Signature;
  readonly isReady: boolean;
}

/** Models with one version each, which the test changes. */
function setUp(derive: (model: ContractedModel) => ModelContracts = deriveOne) {
  let held: readonly Held[] = [];
  const listeners = new Set<() => void>();
  const lines: string[] = [];
  const given: string[][] = [];
  const typed = createTypedModels({
    manager: {
      models: () => held.map(stateOf),
      declaration: () => ({ manifest: undefined, contractLock: undefined }),
      routing: (model) => ({
        model,
        aliases: new Map(),
        versions: [{ version: 1n, isReady: true }],
      }),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    derive,
    predictor: { predict: (_call, reply) => reply.fail(new Error("no call is made")) },
    clock: systemClock,
    log: (_level, line) => lines.push(line),
  });
  return {
    typed,
    lines,
    given,
    follow: () =>
      typed.follow((services) => given.push(services.map(({ descriptor }) => descriptor.name))),
    /** Changes what is held, and waits until that was noticed. */
    hold: async (...next: readonly Held[]) => {
      held = next;
      for (const listener of listeners) listener();
      await Promise.resolve();
    },
  };
}

function stateOf({ name, signature, isReady }: Held): ModelState {
  const status = {
    state: isReady ? ("ready" as const) : ("unloading" as const),
    reason: "",
    since: 0,
  };
  return {
    name,
    displayName: name,
    description: "",
    task: "other",
    aliases: new Map(),
    problem: "",
    example: undefined,
    versions: [{ version: 1n, status, isReady, signature }],
  };
}

function deriveOne({ versions }: ContractedModel): ModelContracts {
  const contracts = new Map(
    versions.map(({ version, signature }) => [version, contractOf(signature)] as const),
  );
  return { contracts, problems: [] };
}

const one: Held = { name: "one", signature: house, isReady: true };
const two: Held = { name: "two", signature: people, isReady: true };

describe("follow()", () => {
  it("gives the services now, and again when versions become ready or go", async () => {
    const { follow, given, hold } = setUp();
    await hold(one);
    const stop = follow();
    await hold(one, two);
    await hold(two);
    await hold({ ...two, isReady: false });
    stop();
    await hold(one);
    expect(given).toEqual([
      ["ModelService"],
      ["ModelService", "ModelService"],
      ["ModelService"],
      [],
    ]);
  });

  it("gives nothing anew where the ready versions are the same", async () => {
    const { follow, given, hold } = setUp();
    await hold(one);
    follow();
    await hold(one);
    expect(given).toHaveLength(1);
  });

  it("takes changes of one moment for one", async () => {
    const { follow, given, hold } = setUp();
    follow();
    const first = hold(one);
    await hold(one, two);
    await first;
    expect(given).toEqual([[], ["ModelService", "ModelService"]]);
  });
});

describe("of()", () => {
  it("names the services of a model, and has none of one that is not known", async () => {
    const { typed, follow, hold } = setUp();
    await hold(one);
    follow();
    expect(typed.of("one")).toMatchObject({
      services: ["presage.models.model.v1.ModelService"],
      problem: "",
    });
    expect(typed.of("two")).toMatchObject({ services: [], problem: "" });
  });

  it("tells why a model has no contract, be that a problem or a mistake of ours", async () => {
    const problem = setUp(() => ({ contracts: new Map(), problems: ["no name is left"] }));
    const mistake = setUp(() => {
      throw new Error("no name is left");
    });
    for (const { typed, follow, hold, lines, given } of [problem, mistake]) {
      await hold(one);
      follow();
      expect(typed.of("one").problem).toBe("no name is left");
      expect(lines).toEqual(["the model one has no contract: no name is left"]);
      expect(given).toEqual([[]]);
    }
  });
});
