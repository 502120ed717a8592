import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";
import { runTool, runToolUntil, type ToolRun } from "../support/tools.ts";
import {
  districtRequest,
  incompleteRequest,
  methods,
  missingFeature,
  readAnswer,
  readJson,
  worth,
} from "./requests.ts";

const connections = [
  { name: "cleartext", server: [], client: ["-plaintext"] },
  {
    name: "TLS",
    server: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    client: ["-cacert", tlsFiles.cert],
  },
];

// grpcurl ends with 64 + the number of the gRPC status.
const invalidArgument = 64 + 3;
const deadlineExceeded = 64 + 4;
const notFound = 64 + 5;
const unimplemented = 64 + 12;

describe.each(connections)("grpcurl over $name, by reflection", (connection) => {
  let server: StartedServer;
  let address: string;

  beforeAll(async () => {
    server = await startServer({ flags: connection.server });
    address = `localhost:${server.port}`;
  });

  afterAll(() => server.finish());

  const grpcurl = (flags: readonly string[], ...words: string[]): Promise<ToolRun> =>
    runTool("grpcurl", [...connection.client, ...flags, address, ...words]);

  const call = (method: string, request: string): Promise<ToolRun> =>
    grpcurl(["-format-error", "-d", request], method);

  it("lists the services", async () => {
    const { text } = await grpcurl([], "list");
    const names = text.trim().split("\n");
    expect(names.filter((name) => !name.startsWith("presage.models."))).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "presage.v1.InferenceService",
      "presage.v1.ModelService",
    ]);
  });

  it("lists the methods of a service", async () => {
    const { text } = await grpcurl([], "list", "presage.v1.ModelService");
    expect(text.trim().split("\n")).toEqual([
      "presage.v1.ModelService.GetModel",
      "presage.v1.ModelService.ListModels",
    ]);
  });

  it("describes a service", async () => {
    const { text } = await grpcurl([], "describe", "presage.v1.InferenceService");
    expect(text).toContain(
      "rpc Predict ( .presage.v1.PredictRequest ) returns ( .presage.v1.PredictResponse )",
    );
    expect(text).toContain("( stream .presage.v1.PredictStreamResponse )");
  });

  it("describes a message", async () => {
    const { text } = await grpcurl([], "describe", "presage.v1.PredictRequest");
    expect(text).toContain("string model = 1;");
    expect(text).toContain("repeated .google.protobuf.Value rows = 4;");
  });

  it("predicts a row", async () => {
    const { code, text } = await call(methods.predict, districtRequest);
    const { model, version, rows } = readAnswer(text);
    expect({ code, model, version }).toEqual({ code: 0, model: "boston-housing", version: "1" });
    expect(rows).toHaveLength(1);
    expect(Math.abs((rows[0]?.prediction ?? NaN) - worth)).toBeLessThan(1e-9);
  });

  it("predicts a tensor", async () => {
    const X = { name: "X", dataType: "DATA_TYPE_FP32", shape: [2, 4] };
    const values = [5.1, 3.5, 1.4, 0.2, 6.9, 3.1, 5.4, 2.1];
    const request = { model: "iris", outputs: ["label"], tensors: [{ ...X, floats: { values } }] };
    const { text } = await call(methods.predict, JSON.stringify(request));
    expect(readJson(text)).toMatchObject({
      tensors: [
        {
          name: "label",
          dataType: "DATA_TYPE_INT64",
          shape: ["2"],
          int64s: { values: ["0", "2"] },
        },
      ],
    });
  });

  it("streams predictions", async () => {
    const requests = ["a", "b"].map((requestId) => ({
      request: { model: "iris", requestId, rows: [[5.1, 3.5, 1.4, 0.2]] },
    }));
    const input = requests.map((request) => JSON.stringify(request)).join("\n");
    const { code, text } = await call("presage.v1.InferenceService/PredictStream", input);
    const answered = [...text.matchAll(/^ {2}"requestId": "(.)"/gm)].map(([, id]) => id);
    expect({ code, answered: new Set(answered) }).toEqual({ code: 0, answered: new Set("ab") });
  });

  it("shows the details of an error", async () => {
    const { code, errors } = await call(methods.predict, incompleteRequest);
    expect(code).toBe(invalidArgument);
    expect(readJson(errors)).toEqual({
      code: 3,
      message: "rows[0].LSTAT: missing",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          domain: "presage",
          reason: "INVALID_INPUT",
        },
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [missingFeature],
        },
      ],
    });
  });

  it("shows that a model is unknown", async () => {
    const { code } = await call(methods.predict, '{"model": "no-such-model", "rows": [[1]]}');
    expect(code).toBe(notFound);
  });

  it("finds no unknown method", async () => {
    const { code, errors } = await call("presage.v1.InferenceService/Guess", "{}");
    expect(code).toBe(1);
    expect(errors).toContain('does not include a method named "Guess"');
  });

  it("is told that a method is unknown, which a contract of its own has", async () => {
    const contract = new URL("unknown-method.proto", import.meta.url).pathname;
    const flags = ["-use-reflection=false", "-import-path", "/", "-proto", contract];
    const { code, errors } = await grpcurl(
      [...flags, "-format-error"],
      "presage.v1.InferenceService/Guess",
    );
    expect(code).toBe(unimplemented);
    expect(readJson(errors)).toMatchObject({ code: 12 });
  });

  it("lists the models", async () => {
    const { text } = await call(methods.listModels, "{}");
    expect(readJson(text)).toMatchObject({
      models: [
        { name: "boston-housing" },
        { name: "breast-cancer" },
        { name: "iris" },
        { name: "oncology" },
        { name: "passengers" },
      ],
    });
  });

  it("checks health", async () => {
    const { text } = await call(methods.check, '{"service": "presage.v1.InferenceService"}');
    expect(readJson(text)).toEqual({ status: "SERVING" });
  });

  it("watches health, and leaves", async () => {
    const text = await runToolUntil("grpcurl", [...connection.client, address, methods.watch], "}");
    expect(readJson(text)).toEqual({ status: "SERVING" });
  });

  it("watches health to its deadline", async () => {
    const { code, text } = await grpcurl(["-max-time", "1"], methods.watch);
    expect(code).toBe(deadlineExceeded);
    expect(readJson(text)).toEqual({ status: "SERVING" });
  });
});
