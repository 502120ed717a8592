import { isPresageError } from "@presage/sdk/node";

/** Says what made a call fail; every field that the server refused has a line of its own. */
export function describeFailure(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const refused = isPresageError(error) ? error : error.cause;
  if (!isPresageError(refused) || refused.violations.length === 0) return [error.message];
  const fields = refused.violations.map(({ field, description }) => `  ${field}: ${description}`);
  return [error === refused ? "the server refused the request:" : error.message, ...fields];
}
