import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool, type ToolRun } from "../support/tools.ts";
import { curl, httpVersions } from "./curl.ts";
import { district, readJson, worth } from "./requests.ts";

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.finish());

const housing = "presage.models.boston_housing.v1.BostonHousingService";
const oncology = "presage.models.oncology.v1";
const invalidArgument = 64 + 3;

describe("grpcurl, by reflection", () => {
  const grpcurl = (flags: readonly string[], ...words: string[]): Promise<ToolRun> =>
    runTool("grpcurl", ["-plaintext", ...flags, `localhost:${server.port}`, ...words]);
  const call = (request: object, method: string): Promise<ToolRun> =>
    grpcurl(["-format-error", "-d", JSON.stringify(request)], method);

  it("lists the services of models", async () => {
    const { text } = await grpcurl([], "list");
    expect(text.split("\n").filter((name) => name.startsWith("presage.models."))).toEqual([
      housing,
      "presage.models.breast_cancer.v1.BreastCancerService",
      "presage.models.breast_cancer.v2.BreastCancerService",
      "presage.models.iris.v1.IrisService",
      `${oncology}.OncologyService`,
      "presage.models.passengers.v1.PassengersService",
    ]);
  });

  it("describes a row with its comments and rules", async () => {
    const { text } = await grpcurl([], "describe", `${oncology}.Tumor`);
    expect(text).toContain(
      "Thickness of the clumps of cells. Unit: grade. From 1 to 10. Required.",
    );
    expect(text).toMatch(/optional \w+ clump_thickness = 1/);
    expect(text).toMatch(/\(\.?buf\.validate\.field\) = \{[^\n]*gte: 1[^\n]*\}/);
  });

  it("describes the file of the rules", async () => {
    const { code, text } = await grpcurl([], "describe", "buf.validate.FieldRules");
    expect(code).toBe(0);
    expect(text).toContain("message FieldRules");
  });

  it("describes an enum of classes", async () => {
    const { text } = await grpcurl([], "describe", `${oncology}.Diagnosis`);
    expect(text).toMatch(/DIAGNOSIS_BENIGN = 1;[^]*DIAGNOSIS_MALIGNANT = 2;/);
  });

  const tumor = {
    clump_thickness: 4,
    uniformity_of_cell_size: 1,
    uniformity_of_cell_shape: 2,
    marginal_adhesion: 1,
    single_epithelial_cell_size: 2,
    bare_nuclei: 1,
    bland_chromatin: 1,
    normal_nucleoli: 1,
    mitoses: 1,
  };

  it("is answered with the class", async () => {
    const { text } = await call(tumor, `${oncology}.OncologyService/Predict`);
    expect(readJson(text)).toMatchObject({ class: "DIAGNOSIS_BENIGN", label: "0" });
  });

  it("is told the field that is missing", async () => {
    const { mitoses: _, ...row } = tumor;
    const { code, errors } = await call(
      { rows: [tumor, row] },
      `${oncology}.OncologyService/PredictBatch`,
    );
    expect(code).toBe(invalidArgument);
    expect(errors).toContain("rows[1].mitoses: missing");
  });
});

describe.each(httpVersions)("curl over HTTP/$httpVersion", ({ flags }) => {
  const post = (request: object): ReturnType<typeof curl> =>
    curl([
      ...flags,
      "--header",
      "content-type: application/json",
      "--data",
      JSON.stringify(request),
      `${server.url}/${housing}/Predict`,
    ]);

  it("is answered exactly the prediction, and its name and version beside it", async () => {
    const { status, headers, body } = await post(district);
    expect(status).toBe(200);
    expect(readJson(body)).toEqual({ prediction: expect.closeTo(worth, 9) });
    expect(headers["presage-model-version"]).toEqual(["1"]);
    expect(headers["presage-prediction-id"]).toHaveLength(1);
  });

  it("is told the feature that is missing, by its name alone", async () => {
    const { status, body } = await post({ ...district, LSTAT: undefined });
    expect(status).toBe(400);
    expect(readJson(body)).toMatchObject({
      code: "invalid_argument",
      message: "LSTAT: missing",
      details: [{}, { debug: { fieldViolations: [{ field: "LSTAT", description: "missing" }] } }],
    });
  });

  it("is told of every name that is no feature's, and of every value of another type", async () => {
    const { body } = await post({ ...district, RM: "big", LSTATT: 1 });
    expect(readJson(body)).toMatchObject({
      message:
        'RM: expected a number, got "big"; LSTATT: unknown field, ' +
        "expected CRIM, ZN, INDUS, CHAS, NOX, RM, AGE, DIS, RAD, TAX, …",
    });
  });

  it("is answered by GET", async () => {
    const query = ["--get", "--data-urlencode", `message=${JSON.stringify(district)}`];
    const { body } = await curl([
      ...flags,
      ...query,
      `${server.url}/${housing}/Predict?encoding=json`,
    ]);
    expect(readJson(body)).toEqual({ prediction: expect.closeTo(worth, 9) });
  });
});
