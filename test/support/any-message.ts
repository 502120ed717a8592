import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { AnyMessage } from "../../server/src/transport/message-writer.ts";

const int32 = fc.oneof(fc.integer(), fc.constantFrom(-1, 127, 128, 2 ** 31 - 1, -(2 ** 31)));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 130 }));

const scalars: Partial<Readonly<Record<ScalarType, fc.Arbitrary<unknown>>>> = {
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: fc.uint8Array({ maxLength: 200 }),
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.FLOAT]: fc.float(),
  [ScalarType.DOUBLE]: fc.double(),
  [ScalarType.INT32]: int32,
  [ScalarType.UINT32]: fc.nat({ max: 2 ** 32 - 1 }),
  [ScalarType.INT64]: fc.oneof(int64, fc.constantFrom(-1n, 2n ** 32n, 2n ** 35n, 2n ** 63n - 1n)),
  [ScalarType.UINT64]: fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constant(2n ** 32n),
  ),
};

/** Makes messages of a type with any of its fields set, to a depth of messages within messages. */
export function anyMessage(schema: DescMessage, depth = 3): fc.Arbitrary<AnyMessage> {
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of schema.fields) {
    const value = field.oneof === undefined ? anyField(field, depth) : undefined;
    if (value !== undefined) values[field.localName] = value;
  }
  for (const { localName, fields } of schema.oneofs) {
    const choices = fields.flatMap((field) => {
      const value = anyField(field, depth);
      return value === undefined
        ? []
        : [value.map((given) => ({ case: field.localName, value: given }))];
    });
    if (choices.length > 0) values[localName] = fc.oneof(...choices);
  }
  return fc.record(values, { requiredKeys: [] }).map((fields) => create(schema, fields));
}

/** Makes values of a field; undefined where they would lie too deep, or are of an unusual kind. */
function anyField(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  const value = anyValue(field, depth);
  if (value === undefined) return undefined;
  switch (field.fieldKind) {
    case "list":
      return fc.array(value, { maxLength: 4 });
    case "map":
      return fc.dictionary(text, value, { maxKeys: 3 });
    default:
      return value;
  }
}

function anyValue(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.message !== undefined)
    return depth === 0 ? undefined : anyMessage(field.message, depth - 1);
  if (field.enum !== undefined)
    return fc.constantFrom(...field.enum.values.map((each) => each.number));
  return field.scalar === undefined ? undefined : scalars[field.scalar];
}
