import type { ServiceImpl } from "@connectrpc/connect";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { createCallSteps } from "../../server/src/transport/calls.ts";
import { createCors } from "../../server/src/transport/cors.ts";
import type { CallTaker } from "../../server/src/transport/exchange.ts";
import { createProbes } from "../../server/src/transport/http/probes.ts";
import type { Listener, ListenerOptions } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { createLiveLanes, type LiveLanes } from "../../server/src/transport/live-lanes.ts";
import { unaryMethods } from "../../server/src/transport/routes.ts";
import { createManualTimer, type ManualTimer } from "./manual-timer.ts";

/** The largest request of the lanes, in bytes. */
export const maxRequestBytes: number = 100_000;

/** A call for the model `slow`, which waits for the test. */
export interface SlowCall {
  /** Lets it be answered. */
  readonly answer: () => void;
  /** Aborts when its caller leaves. */
  readonly signal: Pick<AbortSignal, "aborted">;
}

/** A listener of lanes with one service, `ModelService`, and what becomes of its calls. */
export interface Http1Bench {
  readonly listener: Listener;
  readonly port: number;
  /** Runs the steps of the listener's drain. */
  readonly timer: ManualTimer;
  /** How many calls were taken straight from their connections. */
  taken(): number;
  /** How many calls their method has been asked for. */
  asked(): number;
  /** Resolves with the next call for the model `slow`. */
  nextSlow(): Promise<SlowCall>;
}

type Way = "direct" | "node";
type Options = Partial<ListenerOptions>;

/** Benches whose HTTP/1.1 calls are read past Node's HTTP, or all by it. */
export interface Http1Benches {
  start(way: Way, options?: Options): Promise<Http1Bench>;
  /** Starts one of each way. */
  startBoth(options?: Options): Promise<readonly [direct: Http1Bench, node: Http1Bench]>;
  /** Cuts every connection. */
  stopAll(): Promise<void>;
}

/** Creates an empty set of benches. */
export function createHttp1Benches(): Http1Benches {
  let benches: Http1Bench[] = [];
  const start: Http1Benches["start"] = async (way, options) => {
    const bench = await startBench(way, options);
    benches.push(bench);
    return bench;
  };
  return {
    start,
    startBoth: (options) => Promise.all([start("direct", options), start("node", options)]),
    async stopAll() {
      for (const { listener, timer } of benches) {
        const drained = listener.drain(0);
        while (timer.pending().length > 0) timer.fireNext();
        await drained;
      }
      benches = [];
    },
  };
}

async function startBench(way: Way, options: Options = {}): Promise<Http1Bench> {
  const waiting: ((call: SlowCall) => void)[] = [];
  let taken = 0;
  let asked = 0;
  const lanes = createModelLanes({
    async getModel({ model }, { signal }) {
      asked += 1;
      if (model === "slow")
        await new Promise<void>((resolve) => {
          waiting.shift()?.({ answer: resolve, signal });
        });
      if (model === "fails") throw new Error("a fault");
      const length = model.startsWith("large") ? Number(model.slice("large".length)) : 0;
      return { model: { name: model, description: "d".repeat(length) } };
    },
  });
  const takeCall: CallTaker = (exchange) => {
    const isTaken = lanes.takeCall(exchange);
    if (isTaken) taken += 1;
    return isTaken;
  };
  const timer = createManualTimer();
  const listener = createListener({
    host: "127.0.0.1",
    port: 0,
    handler: lanes.handle,
    timer,
    ...(way === "direct" && { takeCall }),
    ...options,
  });
  const { port } = await listener.listen();
  return {
    listener,
    port,
    timer,
    taken: () => taken,
    asked: () => asked,
    nextSlow: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
  };
}

function createModelLanes(models: Pick<ServiceImpl<typeof ModelService>, "getModel">): LiveLanes {
  const reportFault = (): void => {};
  const routes = {
    register: (router) => void router.service(ModelService, models),
    unary: unaryMethods(ModelService, models).filter(({ path }) => path.endsWith("/GetModel")),
    streams: [],
  } satisfies Parameters<typeof createLiveLanes>[0];
  return createLiveLanes(routes, {
    cors: createCors({ allowedOrigins: ["https://app.example"] }),
    probes: createProbes({ isReady: () => true }),
    steps: createCallSteps({ reportFault }),
    concurrency: 1,
    reportFault,
    maxRequestBytes,
    maxResponseBytes: 64 * 1024 * 1024,
    maxValues: 1000,
    maxDeadlineMs: 60_000,
  });
}
