/** What is known of the rows of one version whose truth was reported. */
export interface LedgerEntry {
  /** Rows of reports that were begun: the most that the server can know. */
  readonly begun: number;
  /** Rows of reports that were acknowledged: the least that it must know. */
  readonly kept: number;
}

/** Counts the rows whose truth is reported, by model and version, beside the server's own count. */
export interface Ledger {
  begin(subject: LedgerSubject, rows: number): void;
  keep(subject: LedgerSubject, rows: number): void;
  read(subject: LedgerSubject): LedgerEntry;
}

/** A version of a model. */
export interface LedgerSubject {
  readonly model: string;
  readonly version: string;
}

/** Creates a ledger of a store in which nothing was reported. */
export function createLedger(): Ledger {
  const entries = new Map<string, LedgerEntry>();
  const keyOf = ({ model, version }: LedgerSubject): string => `${model}/${version}`;
  const read = (subject: LedgerSubject): LedgerEntry =>
    entries.get(keyOf(subject)) ?? { begun: 0, kept: 0 };
  return {
    begin(subject, rows) {
      const entry = read(subject);
      entries.set(keyOf(subject), { ...entry, begun: entry.begun + rows });
    },
    keep(subject, rows) {
      const entry = read(subject);
      entries.set(keyOf(subject), { ...entry, kept: entry.kept + rows });
    },
    read,
  };
}
