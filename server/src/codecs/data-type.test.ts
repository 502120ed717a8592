import { DataType } from "@presage/gen/presage/v1/tensor_pb";
import { describe, expect, it } from "vitest";
import { dataTypes } from "../core/tensor.ts";
import { dataTypeFromProto, dataTypeToProto } from "./data-type.ts";

describe("dataTypeToProto()", () => {
  it.each(dataTypes)("gives %s the number of the same name, and back", (type) => {
    expect(DataType[dataTypeToProto(type)]).toBe(type);
    expect(dataTypeFromProto(dataTypeToProto(type))).toBe(type);
  });
});

describe("dataTypeFromProto()", () => {
  // An enum of proto3 is open: any number may come.
  it.each([DataType.UNSPECIFIED, 15, 99, -1])("knows no type of the number %i", (number) => {
    expect(dataTypeFromProto(number as DataType)).toBeUndefined();
  });
});
