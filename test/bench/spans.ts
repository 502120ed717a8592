import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Where spans lie in a request of OTLP for traces: resource_spans, scope_spans, spans. */
const path = [1, 2, 2] as const;

/** Counts the spans of a request of OTLP for traces, without reading them. */
export function countSpans(request: Uint8Array): number {
  return countAt(request, 0);
}

function countAt(message: Uint8Array, depth: number): number {
  const wanted = path[depth];
  if (wanted === undefined) return 1;
  const reader = new BinaryReader(message);
  let count = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== wanted || type !== WireType.LengthDelimited) reader.skip(type, field);
    else if (depth === path.length - 1) {
      reader.skip(type, field);
      count += 1;
    } else count += countAt(reader.bytes(), depth + 1);
  }
  return count;
}
