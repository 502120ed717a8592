/** An object of the document: a JSON Schema, an operation, or anything else. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Comments by the full names of what they describe, e.g. `presage.v1.PredictRequest.model`. */
export type Comments = ReadonlyMap<string, string>;

/**
 * Writes a comment as a description: its paragraphs, without the line breaks in
 * them, and then more paragraphs that are written already.
 */
export function describe(comment: string | undefined, ...more: readonly string[]): JsonObject {
  const paragraphs = (comment ?? "")
    .split(/\n\s*\n/)
    .map((text) => text.replace(/\s+/g, " ").trim());
  const description = [...paragraphs, ...more].filter((text) => text !== "").join("\n\n");
  return description === "" ? {} : { description };
}
