import fc from "fast-check";
import {
  type DataType,
  dataTypes,
  elementCount,
  elementLayout,
  type NumericType,
  type Tensor,
} from "../../server/src/core/tensor.ts";

/** The greatest number of elements of a tensor that is made. */
const most = 27;

/** Numbers of any bits of a type; NaNs are made the usual one, as lists of numbers cannot tell them apart. */
function numericData(type: NumericType, bytes: Uint8Array, count: number): Tensor["data"] {
  const layout = elementLayout(type);
  const data = layout.view(bytes.slice().buffer, 0, count);
  for (const [index, element] of data.entries()) {
    if (type === "BOOL") data[index] = Number(element) & 1;
    if (type === "BF16" && (Number(element) & 0x7f80) === 0x7f80 && (Number(element) & 0x7f) !== 0)
      data[index] = 0x7fc0;
    if (Number.isNaN(element)) data[index] = Number.NaN;
  }
  return data;
}

/** Any tensor, or any of one type: of up to three dimensions, some of them of size 0. */
export function anyTensor(type?: DataType): fc.Arbitrary<Tensor> {
  return fc
    .record({
      name: fc.string({ unit: "binary" }),
      dataType: type === undefined ? fc.constantFrom(...dataTypes) : fc.constant(type),
      shape: fc.array(fc.nat(3), { maxLength: 3 }),
      bytes: fc.uint8Array({ minLength: most * 8, maxLength: most * 8 }),
      texts: fc.array(fc.string({ unit: "binary" }), { minLength: most, maxLength: most }),
    })
    .map(({ name, dataType, shape, bytes, texts }) => {
      const count = elementCount(shape);
      const data =
        dataType === "STRING" ? texts.slice(0, count) : numericData(dataType, bytes, count);
      return { name, dataType, shape, data };
    });
}
