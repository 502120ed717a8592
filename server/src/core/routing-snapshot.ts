/** What routing needs to know of a model. */
export interface RoutingSnapshot {
  readonly model: string;
  /** What the versions are those of, for people. @default the model */
  readonly owner?: string;
  readonly aliases: ReadonlyMap<string, bigint>;
  /** Every version found, ascending, and whether it can answer. */
  readonly versions: readonly { readonly version: bigint; readonly isReady: boolean }[];
}
