import type { CollectedSpan } from "./otlp-json.ts";

/**
 * The names of spans as a tree, one in a line, each two spaces deeper than its
 * parent; a span of a server or a client says so. Children are in the order in
 * which they began, and of those that began together, in which they ended.
 */
export function drawTree(spans: readonly CollectedSpan[]): readonly string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId = "" }) => !known.has(parentSpanId));
  return roots.toSorted(byTime).flatMap((root) => drawSpan(root, spans, ""));
}

function drawSpan(
  span: CollectedSpan,
  spans: readonly CollectedSpan[],
  indent: string,
): readonly string[] {
  const isEnd = span.kind === "server" || span.kind === "client";
  const line = `${indent}${span.name}${isEnd ? `, ${span.kind}` : ""}`;
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
  const below = children.toSorted(byTime);
  return [line, ...below.flatMap((child) => drawSpan(child, spans, `${indent}  `))];
}

function byTime(one: CollectedSpan, other: CollectedSpan): number {
  return Number(one.startedAt - other.startedAt || one.endedAt - other.endedAt);
}
