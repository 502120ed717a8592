import type { Clock } from "../core/clock.ts";
import type { Slice } from "../core/feedback.ts";
import type { Feeds } from "../core/feeds.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DescribedSlice, PredictionIds } from "../feedback/prediction-id.ts";
import type { Scorings } from "../feedback/scorings.ts";
import type { FeedbackStore, PredictionCount } from "../feedback/store.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Routed } from "../routing/router.ts";

/** Looks at what comes in and goes out of a version. */
export interface Observer {
  /** Is told of each answered call, and must be done with it when it returns. */
  observe(feeds: Feeds, outputs: readonly Tensor[]): void;
}

/** One answered call. */
export interface AnsweredCall {
  readonly model: string;
  readonly loaded: LoadedVersion;
  readonly routed: Routed;
  readonly feeds: Feeds;
  /** Every output that was run. */
  readonly outputs: readonly Tensor[];
}

/** Names predictions and counts them, after the answer. */
export interface Recorder {
  /** Names a prediction, and counts its rows. Never throws: what fails is reported, and costs the id its seal. */
  record(call: AnsweredCall): string;
  /** Gives the counts to the store; what it does not take is given again with the next. */
  flush(): Promise<void>;
}

/** What a recorder works with. */
export interface RecorderParts {
  readonly ids: PredictionIds;
  readonly scorings: Scorings;
  readonly store: Pick<FeedbackStore, "addPredictions">;
  readonly clock: Clock;
  /** Makes the observer of a version when its first call is answered. */
  readonly observerOf: (model: string, version: bigint, loaded: LoadedVersion) => Observer;
  readonly reportFault: (fault: unknown) => void;
}

/** The calls of one version that came the same way. */
interface Counted {
  readonly slice: Slice;
  /** The slice as ids have it. */
  readonly described: DescribedSlice;
  rows: number;
}

interface Recorded {
  readonly observer: Observer;
  readonly bySource: Map<Routed, Counted>;
}

const periodMs = 5 * 60 * 1000;

/** Makes a recorder. */
export function createRecorder(parts: RecorderParts): Recorder {
  const { ids, scorings, store, clock, observerOf, reportFault } = parts;
  const versions = new WeakMap<LoadedVersion, Recorded>();
  const counted = new Set<Counted>();

  const meet = ({ model, loaded, routed }: AnsweredCall): Recorded => {
    const recorded = {
      observer: observerOf(model, routed.version, loaded),
      bySource: new Map<Routed, Counted>(),
    };
    versions.set(loaded, recorded);
    return recorded;
  };

  const count = ({ model, loaded, routed }: AnsweredCall, { bySource }: Recorded): Counted => {
    const { policy, alias } = routed.route;
    const slice: Slice = {
      model,
      version: routed.version.toString(),
      scoring: scorings.name(loaded.scoring),
      policy,
      alias,
    };
    const added = { slice, described: ids.describe(slice), rows: 0 };
    bySource.set(routed, added);
    counted.add(added);
    return added;
  };

  const record = (call: AnsweredCall): string => {
    const { loaded, routed, feeds, outputs } = call;
    const recorded = versions.get(loaded) ?? meet(call);
    const counts = recorded.bySource.get(routed) ?? count(call, recorded);
    counts.rows += feeds.rowCount;
    recorded.observer.observe(feeds, outputs);
    const { answers } = loaded;
    const readable = answers?.turnTo(outputs, feeds.rowCount) === true;
    return ids.mint(counts.described, feeds.rowCount, readable ? answers : undefined);
  };

  return {
    record(call) {
      try {
        return record(call);
      } catch (fault) {
        reportFault(fault);
        return ids.mintUnsealed();
      }
    },
    async flush() {
      const from = Math.floor(clock.now() / periodMs) * periodMs;
      const given: PredictionCount[] = [];
      for (const counts of counted) {
        if (counts.rows === 0) continue;
        given.push({ slice: counts.slice, from, rows: counts.rows });
        counts.rows = 0;
      }
      if (given.length === 0) return;
      try {
        await store.addPredictions(given);
      } catch (failure) {
        const bySlice = new Map([...counted].map((counts) => [counts.slice, counts]));
        for (const { slice, rows } of given) {
          const counts = bySlice.get(slice);
          if (counts !== undefined) counts.rows += rows;
        }
        throw failure;
      }
    },
  };
}
