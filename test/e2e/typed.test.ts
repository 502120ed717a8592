import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { BadRequestSchema } from "@presage/gen/google/rpc/error_details_pb";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";
import { callReflected, reflectService, transportOf } from "../support/reflected.ts";

const edgeModels = new URL("../data/edge", import.meta.url).pathname;

const tumorService = "presage.models.oncology.v1.OncologyService";
const tumor = {
  clumpThickness: 4,
  uniformityOfCellSize: 1,
  uniformityOfCellShape: 2,
  marginalAdhesion: 1,
  singleEpithelialCellSize: 2,
  bareNuclei: 1,
  blandChromatin: 1,
  normalNucleoli: 1,
  mitoses: 1,
};
const malignant = { ...tumor, clumpThickness: 10, uniformityOfCellSize: 10, bareNuclei: 10 };
const { mitoses: _, ...withoutMitoses } = tumor;

/** The code of an error, and each violation as `field: description`. */
async function failureOf(step: Promise<unknown>): Promise<readonly [Code, readonly string[]]> {
  try {
    await step;
  } catch (error) {
    const failure = ConnectError.from(error);
    const told = failure
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) => fieldViolations);
    return [failure.code, told.map(({ field, description }) => `${field}: ${description}`)];
  }
  throw new Error("the call did not fail");
}

describe("typed services of the example models", () => {
  let server: BuiltServer;
  let data: string;
  let oncology: DescService;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), "presage-typed-"));
    server = await startBuiltServer({ data, store: { kind: "sqlite" } });
    oncology = await reflectService(server.url, tumorService);
  });
  afterAll(async () => {
    await server.close();
    rmSync(data, { recursive: true });
  });

  describe.each(protocols)("over $name", (protocol) => {
    const call = (...[request]: [Parameters<typeof callReflected>[2]]) =>
      callReflected(transportOf(server.url, protocol), oncology, request);

    it("answer a row with its class, and name the version and the prediction beside it", async () => {
      const { message, headers } = await call({ method: "predict", request: tumor });
      const diagnosis = oncology.method["predict"]?.output.fields.find(({ enum: of }) => of);
      expect(diagnosis?.enum?.value[Number(message[diagnosis.localName])]?.name).toMatch(/BENIGN$/);
      expect(message["label"]).toBe(0n);
      expect(headers.get("presage-model-version")).toBe("1");
      expect(headers.get("presage-prediction-id")).toMatch(/^[\w-]+$/);
    });

    it("answer several rows in their order", async () => {
      const request = { rows: [malignant, tumor] };
      const { message } = await call({ method: "predictBatch", request });
      expect(message["rows"]).toMatchObject([{ label: 1n }, { label: 0n }]);
    });

    it("name every field that does not fit", async () => {
      const bad = { ...withoutMitoses, bareNuclei: 11 };
      expect(await failureOf(call({ method: "predict", request: bad }))).toEqual([
        Code.InvalidArgument,
        ["bare_nuclei: expected a number from 1 to 10, got 11", "mitoses: missing"],
      ]);
      const request = { rows: [tumor, bad] };
      expect(await failureOf(call({ method: "predictBatch", request }))).toEqual([
        Code.InvalidArgument,
        ["rows[1].bare_nuclei: expected a number from 1 to 10, got 11", "rows[1].mitoses: missing"],
      ]);
    });

    it("answer by the version or alias that the call names, and tell of one that is not there", async () => {
      const headers = { "presage-version": "stable" };
      const named = await call({ method: "predict", request: tumor, headers });
      expect(named.headers.get("presage-model-version")).toBe("1");
      const missing = { "presage-version": "7" };
      expect(
        await failureOf(call({ method: "predict", request: tumor, headers: missing })),
      ).toEqual([Code.NotFound, []]);
    });

    it("answer within their deadline, or not at all", async () => {
      const headers = { "grpc-timeout": "0m", "connect-timeout-ms": "0" };
      const [code] = await failureOf(call({ method: "predict", request: tumor, headers }));
      expect(code).toBe(Code.DeadlineExceeded);
    });
  });

  it("answer GET", async () => {
    const names = oncology.method["predict"]?.input.fields ?? [];
    const row = Object.fromEntries(names.map(({ jsonName }) => [jsonName, 1]));
    const query = new URLSearchParams({ encoding: "json", message: JSON.stringify(row) });
    const answer = await fetch(`${server.url}/${tumorService}/Predict?${query.toString()}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ class: "DIAGNOSIS_BENIGN" });
  });

  it("take the truth of a prediction by the id beside its answer", async () => {
    const transport = createGrpcTransport({ baseUrl: server.url });
    const { headers } = await callReflected(transport, oncology, {
      method: "predict",
      request: tumor,
    });
    const predictionId = headers.get("presage-prediction-id") ?? "";
    const inference = createClient(InferenceService, transport);
    const truth = [{ kind: { case: "stringValue" as const, value: "benign" } }];
    expect(await inference.feedback({ predictionId, truth })).toMatchObject({
      predictionId,
      model: "oncology",
      version: "1",
    });
    const unknown = [{ kind: { case: "stringValue" as const, value: "nothing" } }];
    const [code] = await failureOf(inference.feedback({ predictionId, truth: unknown }));
    expect(code).toBe(Code.InvalidArgument);
  });

  it("are named by their models and their health", async () => {
    const transport = createGrpcTransport({ baseUrl: server.url });
    const { model } = await createClient(ModelService, transport).getModel({ model: "oncology" });
    expect(model).toMatchObject({
      services: [tumorService],
      contractProblem: "",
      versions: [{ version: 1n, service: tumorService }],
    });
    const health = createClient(Health, transport);
    expect(await health.check({ service: tumorService })).toMatchObject({ status: 1 });
    const { statuses } = await health.list({});
    expect(Object.keys(statuses)).toContain(tumorService);
  });

  it("answer the versions of their own contract only", async () => {
    const service = await reflectService(
      server.url,
      "presage.models.breast_cancer.v2.BreastCancerService",
    );
    const row = service.method["predict"]?.input.fields ?? [];
    const request = Object.fromEntries(row.map(({ localName }) => [localName, 0.01]));
    const transport = createGrpcTransport({ baseUrl: server.url });
    const answered = await callReflected(transport, service, { method: "predict", request });
    expect(answered.headers.get("presage-model-version")).toBe("2");
    const headers = { "presage-version": "1" };
    const failed = callReflected(transport, service, { method: "predict", request, headers });
    await expect(failed).rejects.toThrow(
      'the service presage.models.breast_cancer.v2.BreastCancerService has no version or alias "1"',
    );
  });
});

describe("typed services of models of every type and shape", () => {
  let server: BuiltServer;
  beforeAll(async () => {
    server = await startBuiltServer({ models: edgeModels });
  });
  afterAll(() => server.close());

  const predict = async (service: string, request: Record<string, unknown>) => {
    const desc = await reflectService(server.url, service);
    const transport = createGrpcTransport({ baseUrl: server.url });
    const { message } = await callReflected(transport, desc, { method: "predict", request });
    const { $typeName: type, ...fields } = message;
    expect(type).toMatch(/\.Prediction$/);
    return fields;
  };

  it.each([
    { type: "bool", service: "EchoBool", values: [true, false, true] },
    { type: "int8", service: "EchoInt8", values: [-128, 0, 127] },
    { type: "uint16", service: "EchoUint16", values: [0, 65_535] },
    { type: "int64", service: "EchoInt64", values: [-(2n ** 63n), 9007199254740993n] },
    { type: "uint64", service: "EchoUint64", values: [2n ** 64n - 1n] },
    { type: "float16", service: "EchoFloat16", values: [0.5, -65_504] },
    { type: "float", service: "EchoFloat", values: [Math.fround(0.1), 3.4028234663852886e38] },
    { type: "double", service: "EchoDouble", values: [0.1, Number.MAX_VALUE] },
    { type: "string", service: "EchoString", values: ["", "größe", "🙂"] },
  ])("carry lists of $type there and back", async ({ type, service, values }) => {
    const name = `presage.models.echo_${type}.v1.${service}Service`;
    expect(await predict(name, { x: values })).toEqual({ y: values });
  });

  it("refuse integers beyond their type", async () => {
    const failed = predict("presage.models.echo_int8.v1.EchoInt8Service", { x: [1, 128] });
    expect(await failureOf(failed)).toEqual([
      Code.InvalidArgument,
      ["x[1]: expected an integer from -128 to 127, got 128"],
    ]);
  });

  it("carry tensors as their shape and their values", async () => {
    const x = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };
    const answer = await predict("presage.models.fixed.v1.FixedService", { x });
    expect(answer).toMatchObject({ y: { shape: [2n, 3n], values: [2, 3, 4, 5, 6, 7] } });
  });

  it("carry a number without any dimension", async () => {
    expect(await predict("presage.models.scalar.v1.ScalarService", { x: 21 })).toEqual({ y: 42 });
  });
});
