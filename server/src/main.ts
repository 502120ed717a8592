import type { Socket } from "node:net";
import { availableParallelism } from "node:os";
import { createAdmission } from "./admission/admission.ts";
import { createLoopDelay } from "./admission/loop-delay.ts";
import type { ServerOptions } from "./config/options.ts";
import { systemClock } from "./core/clock.ts";
import type { Log, LogLevel } from "./core/log.ts";
import { createReadiness } from "./core/readiness.ts";
import { createInlineExecutor } from "./engine/inline-executor.ts";
import { createOnnxRuntime } from "./engine/runtimes/onnx.ts";
import { openStore } from "./feedback/open-store.ts";
import { createOpenApiWriter } from "./openapi/writer.ts";
import type { FeedbackPlane } from "./predict/feedback-plane.ts";
import { createNoFeedback } from "./predict/no-feedback.ts";
import { createPredictor } from "./predict/predictor.ts";
import { createStoredFeedback } from "./predict/stored-feedback.ts";
import { createDirectorySource } from "./repository/directory-source.ts";
import { createLoader } from "./repository/loader.ts";
import { createManager, type Manager } from "./repository/manager.ts";
import type { ModelState } from "./repository/model-state.ts";
import { logStates } from "./repository/state-log.ts";
import { createExposedFeedback } from "./services/exposed-feedback.ts";
import { exposeModels } from "./services/exposed-models.ts";
import { createInferenceService } from "./services/inference.ts";
import { createKnownNames } from "./services/known-names.ts";
import { createModelService } from "./services/model.ts";
import { deriveModelContracts } from "./services/typed-contracts.ts";
import { createTypedModels } from "./services/typed-models.ts";
import { createExposition, type MetricSource } from "./telemetry/exposition.ts";
import { modelState } from "./telemetry/instruments.ts";
import { createCallLog } from "./telemetry/log/call-log.ts";
import type { Snapshot } from "./telemetry/snapshot.ts";
import { startTelemetry } from "./telemetry/telemetry.ts";
import { createCallSteps } from "./transport/calls.ts";
import { createCors } from "./transport/cors.ts";
import { createDocsPages } from "./transport/http/docs-pages.ts";
import { createProbes } from "./transport/http/probes.ts";
import { createScrapePage } from "./transport/http/scrape-page.ts";
import { createListener } from "./transport/listener.ts";
import { createLiveLanes } from "./transport/live-lanes.ts";
import { createRouteTable } from "./transport/routes.ts";

/** A server, built and not yet listening. */
export interface Server {
  /** Opens the port, and tells where. Probes are answered; calls fail until the models are loaded. */
  listen(): Promise<Address>;
  /**
   * Loads every model, and then is ready for calls; or once `together`, which is
   * told the models, resolves.
   */
  load(
    together?: (models: readonly ModelState[]) => Promise<unknown>,
  ): Promise<readonly ModelState[]>;
  /**
   * Ends the server in one written order: health NOT_SERVING; no new
   * connections; calls in flight answered, at most until the drain deadline;
   * what is left cut; models freed.
   */
  close(): Promise<CloseReport>;
}

/** A server that serves in this process. */
export interface LocalServer extends Server {
  /** Serves a connection that another process accepted. */
  adopt(connection: Socket): void;
  /** What this process measures, as it is now. */
  collect(): Snapshot;
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** How a server ended. */
export interface CloseReport {
  /** The connections that were cut, because their calls outlasted the drain deadline. */
  readonly cut: number;
}

/** Who is told what a server has to say beside its answers. */
export interface Reporters {
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
  /** Is told what whoever runs the server should know. */
  readonly log: Log;
  /** Whether lines of this level are written. */
  readonly tells: (level: LogLevel) => boolean;
  /** How many lines were left out so far, as there were too many. */
  readonly linesLeftOut: () => number;
}

/**
 * Builds a server of everything that it is made of; `collectWhole` is given where
 * it is one process of several, and tells what they measure together. Rejects if
 * its store cannot be opened.
 */
export async function buildServer(
  options: ServerOptions,
  { reportFault, log, tells, linesLeftOut }: Reporters,
  collectWhole?: MetricSource,
): Promise<LocalServer> {
  const telemetry = await startTelemetry({
    log,
    callLog: createCallLog({
      log,
      accessSample: options.log.accessSample,
      tells,
      knows: (name) => knows(name),
    }),
    reportFault,
    linesLeftOut,
    measuresCalls: options.metrics.calls,
    trustRemoteContext: options.tracing.trustRemoteContext,
    environment: process.env,
  });
  const { metrics } = telemetry;
  const readiness = createReadiness();
  const executor = createInlineExecutor();
  const loader = createLoader({
    runtime: createOnnxRuntime(),
    executor,
    clock: systemClock,
    cores: Math.max(1, Math.floor(availableParallelism() / options.processes)),
    maxWaitMs: options.timeouts.queueMs,
    reportFault,
    log,
    telemetry: telemetry.calls,
  });
  const source = createDirectorySource(options.models);
  const manager = createManager({ source, loader, clock: systemClock });
  logStates(manager, log);
  metrics.observe(modelState, () => exposeModels(manager.models()));
  const admission = createAdmission({
    delay: createLoopDelay(),
    maxWaitMs: options.timeouts.queueMs,
  });
  const feedback = await createFeedback(options, { manager, reportFault, log });
  const predictor = createPredictor({
    manager,
    clock: systemClock,
    refusal: admission.refusal,
    recorder: feedback.recorder,
    telemetry: telemetry.calls,
  });

  const inference = createInferenceService({
    predictor,
    feedback,
    readiness,
    clock: systemClock,
    streamConcurrency: options.maxStreamConcurrency,
    reportFault,
  });
  const typed = createTypedModels({
    manager,
    derive: deriveModelContracts,
    predictor,
    clock: systemClock,
    log,
  });
  const knows = createKnownNames({
    manager,
    contractsOf: (model) => typed.of(model).contracts.values(),
  });
  const exposedFeedback = createExposedFeedback({
    feedback,
    models: () => manager.models().map(({ name }) => name),
  });
  const exposition = createExposition([collectWhole ?? (() => metrics.collect()), exposedFeedback]);
  await telemetry.sendMetrics([exposedFeedback]);
  const openApi = createOpenApiWriter({
    models: () => manager.models(),
    contracts: (model) => typed.of(model).contracts,
  });
  const table = createRouteTable(
    { inference, model: createModelService(manager, typed) },
    readiness,
  );
  const lanes = createLiveLanes(table.routesWith([]), {
    cors: createCors({ allowedOrigins: options.allowedOrigins }),
    probes: createProbes({ isReady: () => readiness.phase === "ready" }),
    scrape: createScrapePage({ ...exposition, reportFault }),
    docs: createDocsPages({ ...openApi, reportFault }),
    steps: createCallSteps({ reportFault, telemetry: telemetry.calls }),
    concurrency: options.maxStreamConcurrency,
    reportFault,
    maxRequestBytes: options.maxRequestBytes,
    maxResponseBytes: options.maxResponseBytes,
    maxValues: options.maxValues,
    maxDeadlineMs: options.timeouts.maxDeadlineMs,
  });
  const { host, port, tls, timeouts } = options;
  const listener = createListener({
    host,
    port,
    tls,
    timeouts,
    takeCall: lanes.takeCall,
    takeStream: lanes.takeStream,
    handler: lanes.handle,
    handlerFailed: reportFault,
  });

  let unfollow = (): void => {};

  return {
    async listen() {
      return { ...(await listener.listen()), secure: tls !== undefined };
    },
    adopt(connection) {
      listener.adopt(connection);
    },
    collect: () => metrics.collect(),
    async load(together) {
      await Promise.all([manager.start(), feedback.start()]);
      unfollow = typed.follow((services) => lanes.replace(table.routesWith(services)));
      await together?.(manager.models());
      if (readiness.phase === "starting") readiness.become("ready");
      return manager.models();
    },
    async close() {
      readiness.become("draining");
      const { cut } = await listener.drain(timeouts.drainMs);
      // While there is still something to tell of.
      await telemetry.stop();
      await feedback.close();
      unfollow();
      await manager.close();
      return { cut };
    },
  };
}

async function createFeedback(
  { data, store, feedback }: ServerOptions,
  parts: Pick<Reporters, "reportFault" | "log"> & { readonly manager: Manager },
): Promise<FeedbackPlane> {
  if (store.kind === "off") return createNoFeedback();
  return createStoredFeedback({
    ...parts,
    ...feedback,
    store: await openStore({ data, store }),
    clock: systemClock,
  });
}
