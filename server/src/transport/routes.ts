import { createRegistry, type DescService, type Registry } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "@presage/gen/google/rpc/error_details_pb";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { ServerReflection } from "@presage/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@presage/gen/grpc/reflection/v1alpha/reflection_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import type { Readiness } from "../core/readiness.ts";
import { createHealthService } from "../services/health.ts";
import type { InferenceMethods } from "../services/inference.ts";
import { createReflectionService } from "../services/reflection.ts";
import { createServiceDirectory } from "../services/service-directory.ts";
import type { TypedService } from "../services/typed-service.ts";
import type { StreamMethod } from "./stream-lane.ts";
import type { AskMethod, UnaryMethod } from "./unary-method.ts";

/** The implementations of the services that every model is served by. */
export interface Services {
  readonly inference: InferenceMethods;
  readonly model: ServiceImpl<typeof ModelService>;
}

/** Every service that is always served, by which the others can be found. */
const alwaysServed: readonly DescService[] = [
  InferenceService,
  ModelService,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
];

/** The details of errors, which an answer of a stream holds in a `google.protobuf.Any`. */
export const anyTypes: Registry = createRegistry(file_google_rpc_error_details);

/** The methods of every service, as each lane takes them. */
export interface Routes {
  /** Registers every service with Connect's engine. */
  readonly register: (router: ConnectRouter) => void;
  /** Every method with one request and one answer. */
  readonly unary: readonly UnaryMethod[];
  /** Every method that answers each request of a stream on its own. */
  readonly streams: readonly StreamMethod[];
}

/** Lists the methods of services that come and go with their models. */
export interface RouteTable {
  /** Lists the methods of these services beside those that are always served; health and reflection tell of them from now on. */
  routesWith(typed: readonly TypedService[]): Routes;
}

/** Makes the table of the services that are always served, with health and reflection for all. */
export function createRouteTable(services: Services, readiness: Readiness): RouteTable {
  const directory = createServiceDirectory(alwaysServed, [file_google_rpc_error_details]);
  const reflection = createReflectionService({ directory, readiness });
  const health = createHealthService({ readiness, directory });
  return {
    routesWith(typed) {
      directory.replace(typed.map(({ descriptor }) => descriptor));
      return {
        register(router) {
          router.service(InferenceService, services.inference);
          router.service(ModelService, services.model);
          router.service(Health, health);
          router.service(ServerReflection, reflection);
          router.service(ServerReflectionAlpha, reflection);
          for (const service of typed)
            router.service(service.descriptor, implementationOf(service));
        },
        unary: [
          ...unaryMethods(InferenceService, services.inference, inferenceShortcuts(services)),
          ...unaryMethods(ModelService, services.model),
          ...unaryMethods(Health, health),
          ...typed.flatMap((each) =>
            unaryMethods(each.descriptor, implementationOf(each), typedShortcuts(each)),
          ),
        ],
        streams: [predictStream(services.inference)],
      };
    },
  };
}

/** The methods as those of a service that is not generated, whose type says nothing of them. */
function implementationOf({ methods }: TypedService): ServiceImpl<DescService> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return methods as object as ServiceImpl<DescService>;
}

function predictStream({ answerOne }: InferenceMethods): StreamMethod {
  const { name, input, output } = InferenceService.method.predictStream;
  return { path: `/${InferenceService.typeName}/${name}`, input, output, answer: answerOne };
}

/** What some methods of a service offer beside a promise, by their names. */
type Shortcuts = Readonly<Record<string, Pick<UnaryMethod, "reply" | "binary" | "json">>>;

function inferenceShortcuts({ inference }: Services): Shortcuts {
  const { reply, binary, json } = inference.predictShortcuts;
  // Each is given what it has read itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { predict: { reply, binary, json } as Pick<UnaryMethod, "reply" | "binary" | "json"> };
}

function typedShortcuts({ replies }: TypedService): Shortcuts {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are asked by their own messages
  const { predict, predictBatch } = replies as Record<keyof typeof replies, AskMethod>;
  return { predict: { reply: predict }, predictBatch: { reply: predictBatch } };
}

/** Lists the methods of a service that have one request and one answer. */
export function unaryMethods<Service extends DescService>(
  service: Service,
  implementation: Partial<ServiceImpl<Service>>,
  shortcuts: Shortcuts = {},
): readonly UnaryMethod[] {
  return service.methods
    .filter((method) => method.methodKind === "unary")
    .map((method) => ({
      path: `/${service.typeName}/${method.name}`,
      input: method.input,
      output: method.output,
      // The type of the service has matched each method with its messages.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      answer: implementation[method.localName as keyof Service["method"]] as UnaryMethod["answer"],
      ...shortcuts[method.localName],
    }));
}
