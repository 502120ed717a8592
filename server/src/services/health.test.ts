import { create } from "@bufbuild/protobuf";
import { createHandlerContext } from "@connectrpc/connect";
import {
  Health,
  HealthCheckRequestSchema,
  HealthListRequestSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { describe, expect, it } from "vitest";
import { createReadiness, type Readiness, type ServerPhase } from "../core/readiness.ts";
import { createHealthService } from "./health.ts";
import { createServiceDirectory } from "./service-directory.ts";

const inference = "presage.v1.InferenceService";

function setUp(phase: ServerPhase): {
  readiness: Readiness;
  service: ReturnType<typeof createHealthService>;
} {
  const readiness = createReadiness();
  readiness.become(phase);
  return {
    readiness,
    service: createHealthService({
      readiness,
      directory: createServiceDirectory([InferenceService], []),
    }),
  };
}

function contextOf(signal?: AbortSignal): ReturnType<typeof createHandlerContext> {
  return createHandlerContext({
    service: Health,
    method: Health.method.watch,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "http://localhost/",
    ...(signal === undefined ? {} : { requestSignal: signal }),
  });
}

function request(service: string): ReturnType<typeof create<typeof HealthCheckRequestSchema>> {
  return create(HealthCheckRequestSchema, { service });
}

/** Watches a service; each call gives the next status, or how the stream ended. */
function watch(
  service: ReturnType<typeof createHealthService>,
  name: string,
  signal?: AbortSignal,
): () => Promise<unknown> {
  const responses = service.watch(request(name), contextOf(signal))[Symbol.asyncIterator]();
  return async () => {
    try {
      const next = await responses.next();
      return next.done === true ? "ended" : Serving[next.value.status ?? -1];
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
}

const phases: [ServerPhase, Serving][] = [
  ["starting", Serving.NOT_SERVING],
  ["ready", Serving.SERVING],
  ["draining", Serving.NOT_SERVING],
];

describe("check()", () => {
  it.each(phases)("of the server and its services, while %s", async (phase, status) => {
    const { service } = setUp(phase);
    expect(await service.check(request(""), contextOf())).toMatchObject({ status });
    expect(await service.check(request(inference), contextOf())).toMatchObject({ status });
  });

  it.each(["presage.v1.NoService", "__proto__"])("knows no service %s", (name) => {
    const { service } = setUp("ready");
    expect(() => service.check(request(name), contextOf())).toThrow(
      `[not_found] unknown service "${name}"`,
    );
  });
});

describe("list()", () => {
  it.each(phases)("of the server and its services, while %s", async (phase, status) => {
    const { service } = setUp(phase);
    expect(await service.list(create(HealthListRequestSchema), contextOf())).toMatchObject({
      statuses: { "": { status }, [inference]: { status } },
    });
  });
});

describe("watch()", () => {
  it("tells the status at once, then every change of it, and ends when the server stops", async () => {
    const { service, readiness } = setUp("starting");
    const next = watch(service, inference);
    expect(await next()).toBe("NOT_SERVING");
    const second = next();
    readiness.become("ready");
    expect(await second).toBe("SERVING");
    const third = next();
    readiness.become("ready");
    readiness.become("draining");
    expect(await third).toBe("NOT_SERVING");
    expect(await next()).toBe("the server is stopping");
    expect(await next()).toBe("ended");
  });

  it("misses no change that comes while nobody looks", async () => {
    const { service, readiness } = setUp("starting");
    const next = watch(service, "");
    expect(await next()).toBe("NOT_SERVING");
    readiness.become("ready");
    readiness.become("draining");
    expect([await next(), await next(), await next()]).toEqual([
      "SERVING",
      "NOT_SERVING",
      "the server is stopping",
    ]);
  });

  it("tells of a service that it does not know, as the protocol asks", async () => {
    const { service, readiness } = setUp("ready");
    const next = watch(service, "later.Service");
    expect(await next()).toBe("SERVICE_UNKNOWN");
    const second = next();
    readiness.become("draining");
    expect(await second).toBe("the server is stopping");
  });

  it("ends for a caller who leaves", async () => {
    const { service } = setUp("ready");
    const caller = new AbortController();
    const next = watch(service, "", caller.signal);
    expect(await next()).toBe("SERVING");
    const second = next();
    caller.abort();
    expect(await second).toBe("ended");
  });
});
