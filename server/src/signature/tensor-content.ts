import { numberToBfloat16 } from "../core/bfloat16.ts";
import type { GivenTensor, TensorContent } from "../core/prediction.ts";
import type { TensorSpec } from "../core/signature.ts";
import {
  type DataType,
  elementCount,
  elementLayout,
  largestElementBytes,
  type TensorData,
} from "../core/tensor.ts";
import type { ViolationList } from "../core/violations.ts";

/** A tensor whose shape fits the input that it is for. */
export interface ShapedTensor extends Omit<GivenTensor, "name" | "shape"> {
  readonly spec: TensorSpec;
  readonly shape: readonly number[];
}

/** The typed lists that may carry the elements of each type. */
const listsOf: Readonly<Record<DataType, TensorContent["kind"]>> = {
  BOOL: "bools",
  UINT8: "uint64s",
  UINT16: "uint64s",
  UINT32: "uint64s",
  UINT64: "uint64s",
  INT8: "int32s",
  INT16: "int32s",
  INT32: "int32s",
  INT64: "int64s",
  FP16: "floats",
  FP32: "floats",
  FP64: "doubles",
  BF16: "floats",
  STRING: "strings",
};

/** Decodes the elements of a tensor, or adds why they cannot be and returns undefined. */
export function decodeContent(
  tensor: ShapedTensor,
  path: string,
  violations: ViolationList,
): TensorData | undefined {
  const { spec, shape, content } = tensor;
  const type = spec.dataType;
  if (tensor.dataType !== undefined && tensor.dataType !== type) {
    violations.add(`${path}.dataType`, `expected ${type}, got ${tensor.dataType}`);
    return undefined;
  }
  const count = elementCount(shape);
  const list = listsOf[type];
  if (content.kind === "none") {
    violations.add(`${path}.data`, `required: raw, or ${list} for ${type}`);
    return undefined;
  }
  if (content.kind === "raw") {
    const result = decodeRaw(content.bytes, type, count);
    if (typeof result !== "string") return result;
    violations.add(`${path}.raw`, result.replace("{shape}", `[${shape.join(",")}]`));
    return undefined;
  }
  if (content.kind !== list) {
    violations.add(
      `${path}.${content.kind}`,
      `expected raw or ${list} for ${type}, got ${content.kind}`,
    );
    return undefined;
  }
  if (content.values.length !== count) {
    violations.add(
      `${path}.${list}`,
      `${count} values expected for ${type} [${shape.join(",")}], got ${content.values.length}`,
    );
    return undefined;
  }
  return decodeList(content, type, { path: `${path}.${list}`, violations });
}

/** Views or copies raw elements; a text says what is wrong, with `{shape}` for the shape. */
function decodeRaw(bytes: Uint8Array, type: DataType, count: number): TensorData | string {
  if (type === "STRING") return decodeRawText(bytes, count);
  const layout = elementLayout(type);
  if (bytes.byteLength !== count * layout.bytes) {
    return `${count * layout.bytes} bytes expected for ${type} {shape}, got ${bytes.byteLength}`;
  }
  if (type === "BOOL" && bytes.some((byte) => byte > 1)) {
    return "each byte of BOOL {shape} must be 0 or 1";
  }
  const source = bytes.byteOffset % layout.bytes === 0 ? bytes : align(bytes);
  return layout.view(source.buffer, source.byteOffset, count);
}

/** Copies bytes to where any element may begin. Node's pool, quicker than memory of its own, does. */
function align(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(bytes.byteLength);
  if (copy.byteOffset % largestElementBytes !== 0) return new Uint8Array(bytes);
  copy.set(bytes);
  return copy;
}

const lengthBytes = 4;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeRawText(bytes: Uint8Array, count: number): readonly string[] | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let offset = 0;
  while (offset < bytes.byteLength) {
    const end = offset + lengthBytes;
    const next =
      end <= bytes.byteLength ? end + view.getUint32(offset, true) : Number.POSITIVE_INFINITY;
    if (next > bytes.byteLength) return `the length of element ${texts.length} runs past the end`;
    try {
      texts.push(utf8.decode(bytes.subarray(end, next)));
    } catch {
      return `element ${texts.length} is not UTF-8`;
    }
    offset = next;
  }
  if (texts.length === count) return texts;
  return `${count} elements expected for STRING {shape}, got ${texts.length}`;
}

interface ListScope {
  readonly path: string;
  readonly violations: ViolationList;
}

type TypedList = Exclude<TensorContent, { kind: "none" | "raw" }>;

function decodeList(content: TypedList, type: DataType, scope: ListScope): TensorData | undefined {
  if (content.kind === "strings") return content.values;
  if (type === "STRING") return undefined;
  const data = elementLayout(type).allocate(content.values.length);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  let fits = true;
  for (const [index, value] of content.values.entries()) {
    if (wide) data[index] = BigInt(value);
    else data[index] = type === "BF16" ? numberToBfloat16(Number(value)) : Number(value);
    // Arrays of small integers wrap around in silence, and FP16 overflows to an infinity.
    const kept = wide || content.kind === "bools" || isKept(value, data[index] ?? 0, type);
    if (!kept) {
      scope.violations.add(
        `${scope.path}[${index}]`,
        `expected a value within the range of ${type}, got ${value}`,
      );
      fits = false;
    }
  }
  return fits ? data : undefined;
}

function isKept(
  given: number | bigint | boolean,
  stored: number | bigint,
  type: DataType,
): boolean {
  if (type === "FP16") return Number.isFinite(stored) || !Number.isFinite(given);
  if (type === "BF16") return (Number(stored) & 0x7f80) !== 0x7f80 || !Number.isFinite(given);
  if (type === "FP32" || type === "FP64") return true;
  return Number(given) === stored;
}
