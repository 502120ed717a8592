import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";
import { curl, httpVersions, runCurl } from "./curl.ts";
import {
  district,
  districtRequest,
  methods,
  missingFeature,
  readAnswer,
  readJson,
  worth,
} from "./requests.ts";

const page = "https://page.example.com";
const json = ["--header", "content-type: application/json"];

/** An error as Connect writes it. */
interface ConnectJsonError {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly type: string; readonly debug?: unknown }[];
}

let server: StartedServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--cors-origin", page] });
});

afterAll(() => server.finish());

const predictUrl = (): string => `${server.url}/${methods.predict}`;

describe.each(httpVersions)("curl over HTTP/$httpVersion", ({ httpVersion, flags }) => {
  const post = (request: string): ReturnType<typeof curl> =>
    curl([...flags, ...json, "--data", request, predictUrl()]);

  it("predicts by a Connect call in JSON", async () => {
    const answer = await post(districtRequest);
    expect(answer).toMatchObject({ status: 200, httpVersion });
    expect(answer.headers["content-type"]).toEqual(["application/json"]);
    const { rows, version } = readAnswer(answer.body);
    expect(version).toBe("1");
    expect(Math.abs((rows[0]?.prediction ?? NaN) - worth)).toBeLessThan(1e-9);
  });

  it("predicts by GET", async () => {
    const query = ["--get", "--data-urlencode", `message=${districtRequest}`];
    const answer = await curl([...flags, ...query, `${predictUrl()}?encoding=json`]);
    expect(answer).toMatchObject({ status: 200, httpVersion });
    const { rows } = readAnswer(answer.body);
    expect(Math.abs((rows[0]?.prediction ?? NaN) - worth)).toBeLessThan(1e-9);
  });

  it("predicts by a request in gzip", async () => {
    const encoding = ["--header", "content-encoding: gzip", "--data-binary", "@-"];
    const answer = await curl(
      [...flags, ...json, ...encoding, predictUrl()],
      gzipSync(districtRequest),
    );
    expect(answer.status).toBe(200);
    expect(readAnswer(answer.body).model).toBe("boston-housing");
  });

  it("is answered in gzip if it asks", async () => {
    const answer = await curl([...flags, ...json, "--compressed", "--data", "{}", models()]);
    expect(answer.headers["content-encoding"]).toEqual(["gzip"]);
    expect(readJson(answer.body)).toMatchObject({ models: { length: 5 } });
  });

  const models = (): string => `${server.url}/${methods.listModels}`;

  it.each([
    { path: "healthz", body: "ok\n" },
    { path: "readyz", body: "ready\n" },
  ])("gets /$path", async ({ path, body }) => {
    const answer = await curl([...flags, `${server.url}/${path}`]);
    expect(answer).toMatchObject({ status: 200, httpVersion });
    expect(answer.body.toString()).toBe(body);
  });

  const refusals = [
    { what: "malformed JSON", request: '{"model": "iris"', status: 400, code: "invalid_argument" },
    {
      what: "an unknown field",
      request: '{"model": "iris", "row": [1]}',
      status: 400,
      code: "invalid_argument",
    },
    {
      what: "an unknown model",
      request: '{"model": "no-such-model", "rows": [[1]]}',
      status: 404,
      code: "not_found",
    },
  ];
  it.each(refusals)("is refused for $what", async ({ request, status, code }) => {
    const answer = await post(request);
    expect(answer.status).toBe(status);
    expect(readError(answer.body).code).toBe(code);
  });

  it("is told which key is there twice", async () => {
    const answer = await post('{"model": "boston-housing", "rows": [{"CRIM": 1, "CRIM": 2}]}');
    const { code, message } = readError(answer.body);
    expect({ status: answer.status, code }).toEqual({ status: 400, code: "invalid_argument" });
    expect(message).toContain("rows[0].CRIM");
  });

  it("is told which feature is missing", async () => {
    const { LSTAT: _, ...rest } = district;
    const answer = await post(JSON.stringify({ model: "boston-housing", rows: [rest] }));
    expect(answer.status).toBe(400);
    const { details } = readError(answer.body);
    expect(details.map(({ type }) => type)).toContain("google.rpc.BadRequest");
    expect(details.map(({ debug }) => debug)).toContainEqual({
      fieldViolations: [missingFeature],
    });
  });

  it("finds nothing at an unknown path", async () => {
    expect((await curl([...flags, `${server.url}/no/such/path`])).status).toBe(404);
  });

  const preflight = (origin: string): ReturnType<typeof curl> => {
    const headers = [
      `origin: ${origin}`,
      "access-control-request-method: POST",
      "access-control-request-headers: content-type,connect-protocol-version",
    ].flatMap((header) => ["--header", header]);
    return curl([...flags, "--request", "OPTIONS", ...headers, predictUrl()]);
  };

  it("may ask for an allowed page", async () => {
    const { status, headers } = await preflight(page);
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toEqual([page]);
    expect(headers["access-control-allow-methods"]?.[0]).toContain("POST");
    expect(headers["access-control-allow-headers"]?.[0]).toContain("connect-protocol-version");
  });

  it("may not ask for any other page", async () => {
    const { status, headers } = await preflight("https://other.example.com");
    expect(status).toBe(403);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("curl over TLS", () => {
  let secure: StartedServer;

  beforeAll(async () => {
    secure = await startServer({
      flags: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    });
  });

  afterAll(() => secure.finish());

  it.each([
    { httpVersion: "1.1", flags: ["--http1.1"] },
    { httpVersion: "2", flags: ["--http2"] },
  ])("agrees on HTTP/$httpVersion", async ({ httpVersion, flags }) => {
    const request = ["--cacert", tlsFiles.cert, ...json, "--data", districtRequest];
    const answer = await curl([...flags, ...request, `${secure.url}/${methods.predict}`]);
    expect(answer).toMatchObject({ status: 200, httpVersion });
    expect(readAnswer(answer.body).model).toBe("boston-housing");
  });
});

describe("curl with TLS to a cleartext port", () => {
  it("fails at once, and harms nobody", async () => {
    const run = await runCurl([
      "--insecure",
      "--max-time",
      "5",
      `https://localhost:${server.port}`,
    ]);
    // 35 is a TLS handshake that failed, 56 a connection that was reset in it.
    expect([35, 56]).toContain(run.code);
    expect((await curl([`${server.url}/healthz`])).status).toBe(200);
  });
});

function readError(body: Buffer): ConnectJsonError {
  return JSON.parse(body.toString()) as ConnectJsonError;
}
