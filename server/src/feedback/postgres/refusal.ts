/** A database that a newer program wrote. */
export class NewerDatabaseError extends Error {
  override readonly name = "NewerDatabaseError";
}

/** What to do about the errors of PostgreSQL that waiting does not mend, by their codes. */
const remedies: Readonly<Record<string, string>> = {
  "28P01": "mend the user or the password of its URL",
  "28000": "mend the user of its URL, or let that user in",
  "3D000": "create the database, or mend its URL",
  "42501": "give its user the right to create tables there",
};

/** Says why a database refuses this program, and what to do; undefined if it may not always. */
export function explainRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof NewerDatabaseError) return error.message;
  const remedy = "code" in error ? remedies[String(error.code)] : undefined;
  return remedy && `${error.message}: ${remedy}`;
}
