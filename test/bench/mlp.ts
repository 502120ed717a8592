import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

// The model is written here rather than kept in the repository: it has 5 MB of random weights. The
// numbers below are those of onnx.proto, ONNX's own description of its format.

/** The compute-bound model, on disk. */
export interface MlpModel {
  /** A directory of models, with this as its only one. */
  readonly directory: string;
  readonly file: string;
  readonly model: string;
  readonly input: string;
  readonly width: number;
  /** Deletes the directory. */
  remove(): void;
}

const layers = [256, 1024, 1024, 10] as const;
const model = "mlp";
const input = "x";
const output = "y";

/** Writes a perceptron 256-1024-1024-10 into a directory for temporary files. */
export function writeMlp(): MlpModel {
  const directory = mkdtempSync(join(tmpdir(), "presage-bench-"));
  const version = join(directory, model, "1");
  const file = join(version, "model.onnx");
  mkdirSync(version, { recursive: true });
  writeFileSync(file, encodeMlp(layers));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  return { directory, file, model, input, width: layers[0], remove };
}

/** The ONNX file of a perceptron with these widths: Gemm and Relu in turn, Softmax at the end. */
export function encodeMlp(widths: readonly number[]): Uint8Array {
  const [ir, operators] = [8, 17];
  const graph = new BinaryWriter();
  const random = createRandom(1);
  let value = input;
  for (const [layer, columns] of widths.slice(1).entries()) {
    const rows = widths[layer] ?? 0;
    const [weights, bias, sum] = [`weights${layer}`, `bias${layer}`, `sum${layer}`];
    writeInitializer(graph, weights, { dims: [rows, columns], random, scale: Math.sqrt(6 / rows) });
    writeInitializer(graph, bias, { dims: [columns], random, scale: 0.1 });
    writeNode(graph, "Gemm", [value, weights, bias], sum);
    const isLast = layer === widths.length - 2;
    value = isLast ? output : `hidden${layer}`;
    writeNode(graph, isLast ? "Softmax" : "Relu", [sum], value);
  }
  writeText(graph, 2, "mlp");
  writeValue(graph, 11, { name: input, width: widths[0] ?? 0 });
  writeValue(graph, 12, { name: output, width: widths.at(-1) ?? 0 });

  const file = new BinaryWriter();
  file.tag(1, WireType.Varint).int64(ir);
  writeMessage(file, 7, () => file.raw(graph.finish()));
  writeMessage(file, 8, () => {
    writeText(file, 1, "");
    file.tag(2, WireType.Varint).int64(operators);
  });
  return file.finish();
}

function writeMessage(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeNode(
  graph: BinaryWriter,
  operator: string,
  inputs: readonly string[],
  result: string,
): void {
  writeMessage(graph, 1, () => {
    for (const name of inputs) writeText(graph, 1, name);
    writeText(graph, 2, result);
    writeText(graph, 4, operator);
  });
}

const floatType = 1;

interface Weights {
  readonly dims: readonly number[];
  readonly random: () => number;
  /** The largest weight, either way. */
  readonly scale: number;
}

function writeInitializer(
  graph: BinaryWriter,
  name: string,
  { dims, random, scale }: Weights,
): void {
  const length = dims.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length }, () => (random() * 2 - 1) * scale);
  writeMessage(graph, 5, () => {
    for (const dim of dims) graph.tag(1, WireType.Varint).int64(dim);
    graph.tag(2, WireType.Varint).int32(floatType);
    writeText(graph, 8, name);
    graph.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(values.buffer));
  });
}

/** An input or output of any number of rows. */
function writeValue(
  graph: BinaryWriter,
  field: number,
  { name, width }: { readonly name: string; readonly width: number },
): void {
  writeMessage(graph, field, () => {
    writeText(graph, 1, name);
    writeMessage(graph, 2, () =>
      writeMessage(graph, 1, () => {
        graph.tag(1, WireType.Varint).int32(floatType);
        writeMessage(graph, 2, () => {
          writeMessage(graph, 1, () => writeText(graph, 2, "rows"));
          writeMessage(graph, 1, () => graph.tag(1, WireType.Varint).int64(width));
        });
      }),
    );
  });
}

/** Numbers from 0 to 1 that are the same in every run: Marsaglia's xorshift of 32 bits. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
