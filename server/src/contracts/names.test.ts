import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createFieldScope,
  createValueScope,
  fieldStyle,
  packageStyle,
  readName,
  typeName,
  valuePrefix,
  valueStyle,
  writeName,
} from "./names.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

describe("writeName()", () => {
  it.each([
    ["CRIM", "CRIM"],
    ["clump_thickness", "clump_thickness"],
    ["sepal length", "sepal__length"],
    ["sepal length (cm)", "sepal__length_0x20__0x28_cm_0x29_"],
    ["a-b", "a_0x2d_b"],
    ["2nd", "_0x32_nd"],
    ["a__b", "a_0x5f__b"],
    ["_0x20_", "_0x5f_0x20_"],
    ["größe", "gr_0xf6__0xdf_e"],
    ["🙂", "_0x1f642_"],
    ["", "_0x_"],
  ])("writes the feature %j as %s", (name, written) => {
    expect(writeName(name, fieldStyle)).toBe(written);
  });

  it.each([
    ["boston-housing", "boston_housing"],
    ["boston_housing", "boston__housing"],
    ["MNIST", "MNIST"],
    ["3d-cnn", "_0x33_d_cnn"],
  ])("writes the model %j as %s", (name, written) => {
    expect(writeName(name, packageStyle)).toBe(written);
  });

  it.each([
    ["benign", "BENIGN"],
    ["not spam", "NOT__SPAM"],
    ["3", "3"],
    ["-0.5", "_0X2D_0_0X2E_5"],
  ])("writes the category %j as %s", (name, written) => {
    expect(writeName(name, valueStyle)).toBe(written);
  });

  const anyText = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("a", "B", "0", "x", "2", "_", " ", "-") }),
  );

  it.each([
    ["fields", fieldStyle],
    ["packages", packageStyle],
  ])("writes every name of %s as an identifier that can be read back", (_, style) => {
    fc.assert(
      fc.property(anyText, fc.nat(3), (name, spelled) => {
        const written = writeName(name, style, spelled);
        expect(written).toMatch(identifier);
        expect(readName(written, style)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  it("writes every category so that all but the case of letters can be read back", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const read = readName(writeName(name, valueStyle), valueStyle);
        expect(read.toLowerCase()).toBe(name.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });
});

describe("createFieldScope()", () => {
  it.each([
    [
      ["a_b", "aB"],
      ["a_b", "_0x61_B"],
    ],
    [
      ["sepal length", "sepal__length"],
      ["_0x73_epal__length", "sepal_0x5f__length"],
    ],
    [
      ["in", "true"],
      ["_0x69_n", "_0x74_rue"],
    ],
    [
      ["x", "X"],
      ["x", "X"],
    ],
  ])("tells %j apart", (names, written) => {
    const scope = createFieldScope(names);
    expect(names.map((name) => scope.write(name, fieldStyle))).toEqual(written);
  });
});

describe("createValueScope()", () => {
  it("tells values apart that generated code would call the same", () => {
    const scope = createValueScope(() => false);
    const written = ["A_B", "ab", "AB"].map((name) => scope.write(name, valueStyle));
    expect(written).toEqual(["A_B", "_0X61_B", "_0X41_B"]);
  });

  it("passes over what another enum has", () => {
    const scope = createValueScope((written) => written === "A");
    expect(scope.write("a", valueStyle)).toBe("_0X61_");
  });
});

describe("typeName()", () => {
  it.each([
    ["boston-housing", "BostonHousing"],
    ["CHAS", "Chas"],
    ["petalLength", "PetalLength"],
    ["3d-cnn", "Model3dCnn"],
    ["年齢", "Model"],
  ])("calls the type of %j %s", (name, type) => {
    expect(typeName(name, "Model")).toBe(type);
  });
});

describe("valuePrefix()", () => {
  it.each([
    ["Diagnosis", "DIAGNOSIS"],
    ["TravelClass", "TRAVEL_CLASS"],
    ["X1", "X1"],
    ["AB1Cd", "AB1_CD"],
  ])("prefixes the values of %s by %s", (name, prefix) => {
    expect(valuePrefix(name)).toBe(prefix);
  });
});
