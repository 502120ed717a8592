/** What a contract was the last time that its numbers were written down. */
export interface LockedContract {
  /** The versions that belong to it. */
  readonly versions: readonly bigint[];
  readonly messages: ReadonlyMap<string, LockedMessage>;
  readonly enums: ReadonlyMap<string, LockedEnum>;
}

/** The fields of a message, by their names. */
export interface LockedMessage {
  readonly fields: ReadonlyMap<string, LockedField>;
  /** The numbers of removed fields, which may not come back. */
  readonly reserved: ReadonlyMap<string, number>;
}

/** A field, as callers are compiled against it. */
export interface LockedField {
  readonly number: number;
  /** As it is declared, e.g. `optional double` or `repeated float`. */
  readonly type: string;
  /** The name in JSON, which is that of the feature. */
  readonly jsonName: string;
  /** True if callers must set it. */
  readonly required: boolean;
}

/** The values of an enum, by their names. */
export interface LockedEnum {
  readonly values: ReadonlyMap<string, LockedValue>;
  readonly reserved: ReadonlyMap<string, number>;
}

/** A value of an enum. */
export interface LockedValue {
  readonly number: number;
  /** The category or the class's label that it stands for, as text. */
  readonly value: string;
}

/** The contracts of a model, by their numbers. */
export type ContractLock = ReadonlyMap<number, LockedContract>;
