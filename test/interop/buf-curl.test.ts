import { fromBinary } from "@bufbuild/protobuf";
import { BadRequestSchema } from "@presage/gen/google/rpc/error_details_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";
import { runTool, type ToolRun } from "../support/tools.ts";
import {
  districtRequest,
  incompleteRequest,
  methods,
  missingFeature,
  readAnswer,
  worth,
} from "./requests.ts";

const protocols = ["grpc", "grpcweb", "connect"];

const connections = [
  { name: "cleartext", server: [], client: ["--http2-prior-knowledge"] },
  {
    name: "TLS",
    server: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    client: ["--cacert", tlsFiles.cert],
  },
];

// buf ends with 8 × the number of the status.
const invalidArgument = 8 * 3;
const notFound = 8 * 5;

/** The error as buf prints it. */
interface PrintedError {
  readonly code: string;
  /** What each holds is protobuf in base64, of which buf leaves out the padding. */
  readonly details: readonly { readonly type: string; readonly value: string }[];
}

describe.each(connections)("buf curl over $name, by reflection", (connection) => {
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer({ flags: connection.server });
  });

  afterAll(() => server.finish());

  const curl = (protocol: string, method: string, request: string): Promise<ToolRun> =>
    runTool("buf", [
      "curl",
      `--protocol=${protocol}`,
      ...connection.client,
      `--data=${request}`,
      `${server.url}/${method}`,
    ]);

  it("lists the methods", async () => {
    const { text } = await runTool("buf", [
      "curl",
      ...connection.client,
      "--list-methods",
      server.url,
    ]);
    expect(text.trim().split("\n")).toContain("presage.v1.InferenceService/Predict");
  });

  it.each(protocols)("predicts a row over %s", async (protocol) => {
    const { code, text } = await curl(protocol, methods.predict, districtRequest);
    expect(code).toBe(0);
    expect(Math.abs((readAnswer(text).rows[0]?.prediction ?? NaN) - worth)).toBeLessThan(1e-9);
  });

  it.each(protocols)("shows the details of an error over %s", async (protocol) => {
    const { code, errors } = await curl(protocol, methods.predict, incompleteRequest);
    expect(code).toBe(invalidArgument);
    const error = JSON.parse(errors) as PrintedError;
    expect(error.code).toBe("invalid_argument");
    expect(error.details.map(({ type }) => type)).toEqual([
      "google.rpc.ErrorInfo",
      "google.rpc.BadRequest",
    ]);
    const violations = Buffer.from(error.details[1]?.value ?? "", "base64");
    const { fieldViolations } = fromBinary(BadRequestSchema, violations);
    expect(fieldViolations).toMatchObject([missingFeature]);
  });

  it.each(protocols)("shows that a model is unknown over %s", async (protocol) => {
    const request = '{"model": "no-such-model", "rows": [[1]]}';
    expect((await curl(protocol, methods.predict, request)).code).toBe(notFound);
  });
});

describe("buf curl over HTTP/1.1, by a schema of its own", () => {
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(() => server.finish());

  it.each(["grpcweb", "connect"])("predicts a row over %s", async (protocol) => {
    const schema = new URL("../../proto", import.meta.url).pathname;
    const { code, text } = await runTool("buf", [
      "curl",
      `--protocol=${protocol}`,
      `--schema=${schema}`,
      `--data=${districtRequest}`,
      `${server.url}/${methods.predict}`,
    ]);
    expect(code).toBe(0);
    expect(Math.abs((readAnswer(text).rows[0]?.prediction ?? NaN) - worth)).toBeLessThan(1e-9);
  });
});
