import type { DescMessage } from "@bufbuild/protobuf";

/** The packages of all contracts. */
const prefix = "presage.models.";

/**
 * Tells the messages of contracts. They refuse names that they do not know in
 * JSON, as rows do: a feature that is misspelt must not be taken for a missing one.
 */
export function isTypedMessage({ typeName }: DescMessage): boolean {
  return typeName.startsWith(prefix);
}
