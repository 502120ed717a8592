import type { Query } from "./connection.ts";
import { postgresMigrations } from "./migrations.ts";
import { NewerDatabaseError } from "./refusal.ts";

/** One lock for all programs that bring a database to the newest form: "Presage" in ASCII. */
const lock = "22625893486241637";

/** Brings a database to the newest form, within a transaction. Throws for one of a newer program. */
export async function migrate(query: Query): Promise<void> {
  const known = postgresMigrations.length;
  if ((await readVersion(query)) === known) return;
  await query(`SELECT pg_advisory_xact_lock(${lock})`);
  const version = await readVersion(query);
  if (version > known)
    throw new NewerDatabaseError(
      `a newer Presage wrote it (its version is ${version}, this program knows ${known}): start that one, or give another database`,
    );
  if (version === 0)
    await query(
      "CREATE TABLE presage_versions (version int PRIMARY KEY, since timestamptz NOT NULL DEFAULT now())",
    );
  for (const [index, migration] of postgresMigrations.entries()) {
    if (index < version) continue;
    await query(migration);
    await query("INSERT INTO presage_versions (version) VALUES ($1)", [index + 1]);
  }
}

/** 0 is an empty database. */
async function readVersion(query: Query): Promise<number> {
  const [table] = await query<{ found: boolean }>(
    "SELECT to_regclass('presage_versions') IS NOT NULL AS found",
  );
  if (table?.found !== true) return 0;
  const [row] = await query<{ version: number }>(
    "SELECT max(version) AS version FROM presage_versions",
  );
  return row?.version ?? 0;
}
