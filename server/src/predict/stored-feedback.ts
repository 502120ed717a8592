import { randomBytes } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { createPredictionIds } from "../feedback/prediction-id.ts";
import { createFeedbackReceiver } from "../feedback/receiver.ts";
import { createScorings } from "../feedback/scorings.ts";
import { keyBytes } from "../feedback/seal.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import { createDriftObserver, type DriftObserver } from "../quality/drift/observer.ts";
import type { KnownVersion } from "../quality/quality-query.ts";
import { createTracker } from "../quality/tracker.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Manager } from "../repository/manager.ts";
import { createBackground } from "./background.ts";
import type { FeedbackPlane, MetricsQuery } from "./feedback-plane.ts";
import { createRecorder } from "./recorder.ts";

/** What stored feedback works with. */
export interface StoredFeedbackParts {
  readonly store: FeedbackStore;
  readonly manager: Manager;
  readonly clock: Clock;
  /** How long after a prediction its feedback is taken, in milliseconds. */
  readonly retentionMs: number;
  /** The most rows that are kept. */
  readonly maxRows: number;
  /** Is told when the store is away and when it is back. */
  readonly log: Log;
  readonly reportFault: (fault: unknown) => void;
}

const flushEveryMs = 10_000;
const forgetEveryMs = 600_000;
const retryKeyMs = 1000;
const keyName = "prediction-ids";
const decimal = /^[1-9]\d*$/;

/** Makes what comes after predictions, with a store. */
export function createStoredFeedback(parts: StoredFeedbackParts): FeedbackPlane {
  const { store, manager, clock, retentionMs, maxRows, log, reportFault } = parts;
  const ids = createPredictionIds(clock);
  const scorings = createScorings(store);
  const tracker = createTracker({ store, scorings, clock });
  const receiver = createFeedbackReceiver({ ids, scorings, store, clock, retentionMs });
  const background = createBackground({ askStore: () => tracker.catchUp(), log, reportFault });
  const observers = new Map<LoadedVersion, DriftObserver>();
  const writer = randomBytes(6).toString("hex");

  const observerOf = (model: string, version: bigint, loaded: LoadedVersion): DriftObserver => {
    const known = observers.get(loaded);
    if (known !== undefined) return known;
    const observer = createDriftObserver({
      model,
      version: version.toString(),
      signature: loaded.signature,
      ...loaded.drift,
      store,
      clock,
      writer,
      reportFault: background.failed,
    });
    observers.set(loaded, observer);
    return observer;
  };
  const recorder = createRecorder({ ids, scorings, store, clock, observerOf, reportFault });

  const flush = async (): Promise<void> => {
    await scorings.keepAll();
    await recorder.flush();
    for (const observer of observers.values()) await observer.flush();
  };
  const forget = async (): Promise<void> => {
    await tracker.catchUp();
    await store.saveSnapshot(tracker.snapshot());
    await store.forget({ predictedBefore: clock.now() - retentionMs, maxRows });
  };
  const readKey = async (): Promise<void> => {
    const offered = randomBytes(keyBytes).toString("hex");
    ids.useKey(Buffer.from(await store.keepDocument("key", keyName, offered), "hex"));
  };

  /** The versions that answer calls now and that a query is about. */
  const loadedOf = (
    model: string,
    version: string,
  ): readonly (readonly [bigint, LoadedVersion])[] =>
    manager
      .routing(model)
      .versions.filter(
        (each) => each.isReady && (version === "" || String(each.version) === version),
      )
      .map((each) => {
        const handle = manager.acquire(model, each.version);
        handle.release();
        return [each.version, handle.loaded];
      });

  /** The version that a query names, in decimal; also one that is gone. */
  const resolveVersion = ({ model, version }: MetricsQuery): string => {
    const { aliases } = manager.routing(model);
    if (version === "" || decimal.test(version)) return version;
    const named = aliases.get(version);
    if (named !== undefined) return named.toString();
    throw new ServingError("VERSION_NOT_FOUND", `the model ${model} has no alias "${version}"`);
  };

  return {
    recorder,
    receive: (report) => receiver.receive(report),
    async metrics(query) {
      const version = resolveVersion(query);
      const loaded = loadedOf(query.model, version);
      await recorder.flush();
      const known = loaded.map(
        ([number, { scoring }]): KnownVersion => ({
          model: query.model,
          version: number.toString(),
          scoring: scorings.name(scoring),
        }),
      );
      const { time, groups } = await tracker.metrics({
        ...query,
        version: version === "" ? undefined : version,
        known,
      });
      const drift = await Promise.all(
        loaded.map(async ([number, each]) => ({
          version: number.toString(),
          report: await observerOf(query.model, number, each).report(time),
        })),
      );
      return { model: query.model, time, groups, drift };
    },
    async revision(query) {
      await recorder.flush();
      await tracker.catchUp();
      const counts = await store.readPredictions(query.model);
      const predicted = counts.reduce((sum, { rows }) => sum + rows, 0);
      return `${tracker.revision(query.model)} ${predicted}`;
    },
    async start() {
      await background.until(readKey, retryKeyMs);
      background.every(flush, flushEveryMs);
      background.every(forget, forgetEveryMs);
    },
    async close() {
      background.stop();
      await background.attempt(flush);
      await store.close();
    },
  };
}
