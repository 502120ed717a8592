import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";
import { readAnswer, readJson, worth } from "./requests.ts";

const script = fileURLToPath(new URL("../../examples/grpcurl-client/predict.sh", import.meta.url));

const connections = [
  { name: "cleartext", server: [], environment: {} },
  {
    name: "TLS",
    server: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    environment: { GRPCURL_FLAGS: `-cacert ${tlsFiles.cert}` },
  },
];

describe.each(connections)("the grpcurl client over $name", (connection) => {
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer({ flags: connection.server });
  });

  afterAll(() => server.finish());

  it("lists, describes, checks and predicts", async () => {
    const { environment } = connection;
    const run = await runTool("bash", [script, `localhost:${server.port}`], { environment });
    expect(run.errors).toBe("");
    expect(run.code).toBe(0);
    const sections = readSections(run.text);
    expect(sections.map(([title]) => title)).toEqual([
      "the services",
      "what a prediction takes",
      "grpc.health.v1.Health/Check",
      "presage.v1.ModelService/GetModel",
      "presage.v1.InferenceService/Predict",
      "presage.v1.InferenceService/Predict",
      "presage.v1.InferenceService/Predict",
    ]);
    const [services, request, health, model, district, flowers, tensor] = sections.map(
      ([, content]) => content,
    );
    expect(services).toContain("presage.v1.InferenceService");
    expect(request).toContain("repeated .google.protobuf.Value rows = 4;");
    expect(readJson(health ?? "")).toEqual({ status: "SERVING" });
    expect(readJson(model ?? "")).toMatchObject({ model: { name: "iris" } });
    const prediction = readAnswer(district ?? "").rows[0]?.prediction ?? NaN;
    expect(Math.abs(prediction - worth)).toBeLessThan(1e-9);
    expect(readAnswer(flowers ?? "").rows.map((row) => row.class)).toEqual(["setosa", "virginica"]);
    expect(readJson(tensor ?? "")).toMatchObject({
      tensors: [{ int64s: { values: ["0", "2"] } }, { name: "probabilities", shape: ["2", "3"] }],
    });
  });
});

describe("the grpcurl client", () => {
  it("fails where no server listens", async () => {
    const environment = { GRPCURL_FLAGS: "-plaintext -connect-timeout 1" };
    const run = await runTool("bash", [script, "localhost:1"], { environment });
    expect(run.code).toBe(1);
    expect(run.errors).toContain("Failed to dial");
  });
});

/** The parts of the script's output, each under a line `== title`. */
function readSections(text: string): readonly (readonly [title: string, content: string])[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end + 1)];
    });
}
