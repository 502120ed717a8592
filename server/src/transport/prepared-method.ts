import type { Registry } from "@bufbuild/protobuf";
import { createBinaryReading, createJsonReading, type Reading } from "./message-format.ts";
import type { UnaryMethod } from "./unary-method.ts";

/** A method, with what its calls would find out each time. */
export interface PreparedMethod extends Pick<UnaryMethod, "input"> {
  /** Its name as it is told: the path without its slash. */
  readonly name: string;
  readonly binary: Reading;
  readonly json: Reading;
}

/** Prepares a method for its calls; `registry` has the messages that a `google.protobuf.Any` may hold in JSON. */
export function prepareMethod(method: UnaryMethod, registry: Registry): PreparedMethod {
  const { path, input } = method;
  const name = path.slice(1);
  return {
    name,
    input,
    binary: createBinaryReading(method),
    json: createJsonReading(method, registry),
  };
}
