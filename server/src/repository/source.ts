/** One version that a source found. */
export interface FoundVersion {
  /** The name of its model. */
  readonly model: string;
  readonly version: bigint;
  /** The directory of the version's files. */
  readonly directory: string;
}

/** One model that a source found. */
export interface FoundModel {
  readonly name: string;
  /** The text of the model's manifest; undefined if it has none. */
  readonly manifest: string | undefined;
  /** The text of its `contract.lock`. @default it has none */
  readonly contractLock?: string | undefined;
  /** The versions, ascending. */
  readonly versions: readonly FoundVersion[];
}

/** Finds models and their versions. */
export interface Source {
  /** Looks for models now. Rejects if the place cannot be read at all. */
  scan(): Promise<readonly FoundModel[]>;
}
