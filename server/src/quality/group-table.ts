import type { Slice } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import type { Scorings } from "../feedback/scorings.ts";
import type { GroupName, KnownVersion, QualityQuery } from "./quality-query.ts";
import { createTally, type Tally } from "./tally.ts";

/** What is counted of the slices that belong together. */
export interface Group {
  readonly name: GroupName;
  readonly scoring: Scoring;
  /** What the tracker has counted of each slice. */
  readonly tallies: Tally[];
  /** The rows of the window. */
  readonly window: Tally;
  /** The rows of the window that were predicted in it, too, and whose truth is known. */
  covered: number;
  /** The rows that were predicted. */
  predictions: number;
  /** The rows of each step of time that has any, by its index. */
  readonly steps: Map<number, Tally>;
}

/** The groups of a query. */
export interface GroupTable {
  /** Finds or makes the group of a slice; undefined if the query is not about it. */
  find(slice: Slice): Promise<Group | undefined>;
  /** Makes a group for a version that has none yet. */
  show(known: KnownVersion): Promise<void>;
  /** Every group, by version, alias and policy. */
  all(): readonly Group[];
}

/** Makes the groups of a query, none at first. */
export function createGroupTable(
  query: QualityQuery,
  scorings: Pick<Scorings, "find">,
): GroupTable {
  const groups = new Map<string, Group>();
  const shown = new Set<string>();
  const isToldApart = (dimension: keyof GroupName): boolean => query.groupBy.includes(dimension);
  const nameOf = (slice: GroupName): GroupName => ({
    version: isToldApart("version") ? slice.version : "",
    alias: isToldApart("alias") ? slice.alias : "",
    policy: isToldApart("policy") ? slice.policy : "",
  });
  const shownKey = ({ version, scoring }: KnownVersion): string =>
    `${isToldApart("version") ? version : ""}\n${scoring}`;

  const table: GroupTable = {
    async find(slice) {
      if (!isAsked(query, slice)) return undefined;
      const name = nameOf(slice);
      const key = `${name.version}\n${slice.scoring}\n${name.policy}\n${name.alias}`;
      const found = groups.get(key);
      if (found !== undefined) return found;
      const made = createGroup(name, await scorings.find(slice.scoring));
      groups.set(key, made);
      shown.add(shownKey(slice));
      return made;
    },
    async show(known) {
      if (shown.has(shownKey(known))) return;
      await table.find({ ...known, alias: query.alias ?? "", policy: query.policy ?? "" });
    },
    all: () => [...groups.values()].toSorted((a, b) => compareNames(a.name, b.name)),
  };
  return table;
}

function createGroup(name: GroupName, scoring: Scoring): Group {
  const window = createTally(scoring);
  return { name, scoring, tallies: [], window, covered: 0, predictions: 0, steps: new Map() };
}

function isAsked(query: QualityQuery, { model, version, alias, policy }: Slice): boolean {
  return (
    model === query.model &&
    (query.version ?? version) === version &&
    (query.alias ?? alias) === alias &&
    (query.policy ?? policy) === policy
  );
}

function compareNames(a: GroupName, b: GroupName): number {
  return (
    a.version.localeCompare(b.version, "en", { numeric: true }) ||
    a.alias.localeCompare(b.alias, "en") ||
    a.policy.localeCompare(b.policy, "en")
  );
}
