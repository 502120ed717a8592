import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeclaredContract } from "../../server/src/contracts/bind.ts";
import { findBreaks } from "../../server/src/contracts/breaks.ts";
import { deriveDeclaration } from "../../server/src/contracts/derive.ts";
import { lockDeclared } from "../../server/src/contracts/locking.ts";
import type { Feature, Signature } from "../../server/src/core/signature.ts";
import { anySignature, type SignatureFacts, signatureFrom } from "../support/any-signature.ts";
import { createProtoModule, type ProtoModule } from "../support/proto-module.ts";

type FreeFeature = SignatureFacts["features"][number];

/** A change of a model, by its name. */
const changes: Readonly<Record<string, (facts: SignatureFacts) => SignatureFacts>> = {
  nothing: (facts) => facts,
  reordered: ({ features, outputs, ...rest }) => ({
    ...rest,
    features: features.toReversed(),
    outputs: outputs.toReversed(),
  }),
  "a feature more": ({ features, ...rest }) => ({
    ...rest,
    features: [plainFeature("a new one"), ...features],
  }),
  "a feature less": ({ features, ...rest }) => ({ ...rest, features: features.slice(1) }),
  "another type": ({ features, ...rest }) => ({
    ...rest,
    features: features.map((feature, index) => (index === 0 ? retyped(feature) : feature)),
  }),
  "a list": ({ features, ...rest }) => ({
    ...rest,
    features: features.map((feature, index) =>
      index === 0 ? { ...feature, shape: feature.shape.length === 1 ? [] : [3] } : feature,
    ),
  }),
  "an output more": ({ outputs, ...rest }) => ({
    ...rest,
    outputs: [{ name: "a new one", dataType: "FP32", shape: ["rows", 2] }, ...outputs],
  }),
  "an output less": ({ outputs, ...rest }) => ({
    ...rest,
    outputs: outputs.filter(({ name }, index) => name === "label" || index < outputs.length - 1),
  }),
  "a class more": ({ labels, ...rest }) => ({
    ...rest,
    labels: labels && [{ value: 99, label: "a new one", description: "" }, ...labels],
  }),
  "a class less": ({ labels, ...rest }) => ({ ...rest, labels: labels?.slice(1) }),
  "no classes": (facts) => ({ ...facts, labels: undefined }),
  "a category less": ({ features, ...rest }) => ({
    ...rest,
    features: features.map((feature) => {
      const { domain } = feature;
      if (domain.kind !== "categories" || domain.values.length < 2) return feature;
      return { ...feature, domain: { ...domain, values: domain.values.slice(1) } };
    }),
  }),
};

function plainFeature(name: string): FreeFeature {
  return {
    name,
    dataType: "FP32",
    shape: [],
    description: "",
    unit: "",
    domain: { kind: "any" },
    missing: { kind: "reject" },
  };
}

function retyped(feature: FreeFeature): FreeFeature {
  const dataType = feature.dataType === "FP64" ? "INT32" : "FP64";
  return { ...plainFeature(feature.name), dataType, shape: feature.shape };
}

function factsOf({ features, outputs, classes, maxRows }: Signature): SignatureFacts {
  const free = features.map(({ input: _input, offset: _offset, ...feature }: Feature) => feature);
  return { features: free, outputs, labels: classes?.labels, maxRows };
}

interface Evolution {
  readonly change: string;
  readonly before: DeclaredContract;
  readonly after: DeclaredContract;
  readonly found: readonly string[];
}

function evolve(signature: Signature, change: string, model: string): Evolution | undefined {
  const facts = factsOf(signature);
  const before = deriveDeclaration({ model, number: 1, signature: signatureFrom(facts) });
  if (before.kind === "invalid") return undefined;
  const lock = lockDeclared(before.declared);
  const changed = signatureFrom((changes[change] ?? ((same) => same))(facts));
  const after = deriveDeclaration({ model, number: 1, signature: changed, lock });
  if (after.kind === "invalid") return undefined;
  const found = findBreaks(lock, lockDeclared(after.declared)).map(({ rule }) => rule);
  return { change, before: before.declared, after: after.declared, found };
}

const cases = 240;

describe("findBreaks()", () => {
  const names = Object.keys(changes);
  const evolutions = fc
    .sample(anySignature, { numRuns: cases, seed: 8 })
    .flatMap((signature, index) => {
      const evolution = evolve(signature, names[index % names.length] ?? "", `model-${index}`);
      return evolution === undefined ? [] : [evolution];
    });
  const modules: ProtoModule[] = [];
  const told = new Map<string, Set<string>>();
  beforeAll(async () => {
    const [before, after] = [await createProtoModule(), await createProtoModule()];
    modules.push(before, after);
    await before.write(evolutions.map((each) => each.before.file));
    await after.write(evolutions.map((each) => each.after.file));
    for (const { path, type } of await after.breaking(before)) {
      told.set(path, (told.get(path) ?? new Set()).add(type));
    }
  });
  afterAll(() => Promise.all(modules.map((module) => module.remove())));

  it("finds what buf breaking finds", () => {
    expect(evolutions.length).toBeGreaterThan(cases * 0.8);
    expect([...new Set([...told.values()].flatMap((rules) => [...rules]))].toSorted()).toEqual([
      "ENUM_NO_DELETE",
      "ENUM_VALUE_NO_DELETE",
      "FIELD_NO_DELETE",
      "FIELD_SAME_CARDINALITY",
      "FIELD_SAME_TYPE",
      "MESSAGE_NO_DELETE",
    ]);
    for (const { change, after, found } of evolutions) {
      const ours = new Set(found.filter((rule) => rule !== "FIELD_NOT_REQUIRED"));
      const theirs = told.get(after.file.name) ?? new Set();
      const shown = `${after.file.name}: ${change}`;
      expect([shown, ...[...ours].toSorted()]).toEqual([shown, ...[...theirs].toSorted()]);
    }
  });

  it("finds what is new and must be set", () => {
    const added = evolutions.filter(({ change }) => change === "a feature more");
    expect(added.map(({ found }) => found)).toEqual(added.map(() => ["FIELD_NOT_REQUIRED"]));
  });

  it.each(["nothing", "reordered", "an output more", "a class more"])(
    "finds nothing in %s",
    (change) => {
      const harmless = evolutions.filter((each) => each.change === change);
      expect(harmless.length).toBeGreaterThan(5);
      expect(harmless.flatMap(({ found }) => found)).toEqual([]);
    },
  );
});
