import type { MethodDescriptorProto } from "@bufbuild/protobuf/wkt";

const lowerSnake = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;
const upperSnake = /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/;

/** The comments that let `buf lint` pass over what a model's own names force. */
export const lintIgnores = {
  package: (name: string): readonly string[] =>
    name.split(".").every((segment) => lowerSnake.test(segment))
      ? []
      : ignore("PACKAGE_LOWER_SNAKE_CASE"),
  field: (name: string): readonly string[] =>
    lowerSnake.test(name) ? [] : ignore("FIELD_LOWER_SNAKE_CASE"),
  enumValue: (name: string): readonly string[] =>
    upperSnake.test(name) ? [] : ignore("ENUM_VALUE_UPPER_SNAKE_CASE"),
  method: (service: string, method: MethodDescriptorProto): readonly string[] => [
    ...(isStandard(method.inputType, service, `${method.name}Request`)
      ? []
      : ignore("RPC_REQUEST_STANDARD_NAME")),
    ...(isStandard(method.outputType, service, `${method.name}Response`)
      ? []
      : ignore("RPC_RESPONSE_STANDARD_NAME")),
  ],
} as const;

function ignore(rule: string): readonly string[] {
  return [`buf:lint:ignore ${rule}`];
}

function isStandard(typeName: string, service: string, name: string): boolean {
  const short = typeName.split(".").at(-1);
  return short === name || short === `${service}${name}`;
}
