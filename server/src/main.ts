import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { availableParallelism } from "node:os";
import { createAdmission } from "./admission/admission.ts";
import { createLoopDelay } from "./admission/loop-delay.ts";
import type { ServerOptions } from "./config/options.ts";
import { systemClock } from "./core/clock.ts";
import { createReadiness } from "./core/readiness.ts";
import { createInlineExecutor } from "./engine/inline-executor.ts";
import { createOnnxRuntime } from "./engine/runtimes/onnx.ts";
import { createPredictor } from "./predict/predictor.ts";
import { createDirectorySource } from "./repository/directory-source.ts";
import { createLoader } from "./repository/loader.ts";
import { createManager } from "./repository/manager.ts";
import type { ModelState } from "./repository/model-state.ts";
import { createInferenceService } from "./services/inference.ts";
import { createModelService } from "./services/model.ts";
import { createCallSteps } from "./transport/calls.ts";
import { createConnectLane } from "./transport/connect-lane.ts";
import { createCors } from "./transport/cors.ts";
import { createProbes } from "./transport/http/probes.ts";
import { createLanes } from "./transport/lanes.ts";
import { createListener } from "./transport/listener.ts";
import { createPlainLane } from "./transport/plain-lane.ts";
import { anyTypes, createRoutes } from "./transport/routes.ts";
import { createStreamLane } from "./transport/stream-lane.ts";
import { answerUnimplemented } from "./transport/unimplemented.ts";

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

/** Builds a server of everything that it is made of. `reportFault` is told of its own faults. */
export function buildServer(
  options: ServerOptions,
  reportFault: (fault: unknown) => void,
): LocalServer {
  const readiness = createReadiness();
  const executor = createInlineExecutor();
  const loader = createLoader({
    runtime: createOnnxRuntime(),
    executor,
    clock: systemClock,
    cores: Math.max(1, Math.floor(availableParallelism() / options.processes)),
    maxWaitMs: options.timeouts.queueMs,
    reportFault,
  });
  const source = createDirectorySource(options.models);
  const manager = createManager({ source, loader, clock: systemClock });
  const admission = createAdmission({
    delay: createLoopDelay(),
    maxWaitMs: options.timeouts.queueMs,
  });
  const predictor = createPredictor({
    manager,
    clock: systemClock,
    refusal: admission.refusal,
    newPredictionId: randomUUID,
  });

  const inference = createInferenceService({
    predictor,
    clock: systemClock,
    streamConcurrency: options.maxStreamConcurrency,
    reportFault,
  });
  const services = { inference, model: createModelService(manager) };
  const routes = createRoutes(services, readiness);
  const steps = createCallSteps({ reportFault });
  const limits = {
    maxRequestBytes: options.maxRequestBytes,
    maxResponseBytes: options.maxResponseBytes,
    maxValues: options.maxValues,
    maxDeadlineMs: options.timeouts.maxDeadlineMs,
  };
  const connect = createConnectLane({
    routes: routes.register,
    anyTypes,
    steps,
    otherwise: answerUnimplemented,
    reportFault,
    ...limits,
  });
  const lanes = createLanes({
    cors: createCors({ allowedOrigins: options.allowedOrigins }),
    probes: createProbes({ isReady: () => readiness.phase === "ready" }),
    plain: createPlainLane({ methods: routes.unary, anyTypes, steps, connect, ...limits }),
    streams: createStreamLane({
      methods: routes.streams,
      steps,
      concurrency: options.maxStreamConcurrency,
      ...limits,
    }),
    connect,
  });
  const { host, port, tls, timeouts } = options;
  const listener = createListener({
    host,
    port,
    tls,
    timeouts,
    takeStream: lanes.takeStream,
    handler: lanes.handle,
    handlerFailed: reportFault,
  });

  return {
    async listen() {
      return { ...(await listener.listen()), secure: tls !== undefined };
    },
    adopt(connection) {
      listener.adopt(connection);
    },
    async load(together) {
      await manager.start();
      await together?.(manager.models());
      if (readiness.phase === "starting") readiness.become("ready");
      return manager.models();
    },
    async close() {
      readiness.become("draining");
      const { cut } = await listener.drain(timeouts.drainMs);
      await manager.close();
      return { cut };
    },
  };
}
