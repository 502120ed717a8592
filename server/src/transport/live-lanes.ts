import { type ConnectLaneOptions, createConnectLane } from "./connect-lane.ts";
import { createLanes, type LaneParts, type Lanes } from "./lanes.ts";
import { createPlainLane } from "./plain-lane.ts";
import { anyTypes, type Routes } from "./routes.ts";
import { createStreamLane } from "./stream-lane.ts";
import { createUnknownHandler } from "./unimplemented.ts";

/** What every set of lanes works with, whatever its routes. */
export interface LiveLaneOptions
  extends Omit<ConnectLaneOptions, "routes" | "anyTypes" | "otherwise">,
    Pick<LaneParts, "cors" | "probes" | "scrape" | "docs"> {
  /** The most requests of one stream that are in work at once. */
  readonly concurrency: number;
}

/** Lanes whose routes are replaced while they serve. */
export interface LiveLanes extends Lanes {
  /** Sends each request from now on by these routes, all at once; those under way go theirs to the end. */
  replace(routes: Routes): void;
}

/** Makes lanes that begin with these routes. */
export function createLiveLanes(routes: Routes, options: LiveLaneOptions): LiveLanes {
  let lanes = buildLanes(routes, options);
  return {
    takeCall: (exchange) => lanes.takeCall(exchange),
    takeStream: (stream, headers) => lanes.takeStream(stream, headers),
    handle: (request, response) => lanes.handle(request, response),
    replace(next) {
      lanes = buildLanes(next, options);
    },
  };
}

function buildLanes({ register, unary, streams }: Routes, options: LiveLaneOptions): Lanes {
  const { cors, probes, scrape, docs, ...shared } = options;
  const connect = createConnectLane({
    ...shared,
    routes: register,
    anyTypes,
    otherwise: createUnknownHandler(options.steps),
  });
  return createLanes({
    cors,
    probes,
    scrape,
    docs,
    plain: createPlainLane({ ...shared, methods: unary, anyTypes, connect }),
    streams: createStreamLane({ ...shared, methods: streams }),
    connect,
  });
}
