import { describe, expect, it } from "vitest";
import { createCors } from "./cors.ts";

const app = "https://app.example.com";
const preflight = (origin: string): Record<string, string> => ({
  origin,
  "access-control-request-method": "POST",
  "access-control-request-headers": "content-type",
});

describe("createCors()", () => {
  it.each(["https://a.example/", "https://a.example/x", "a.example", "https://A.example", ""])(
    "refuses %j as an origin",
    (origin) => {
      expect(() => createCors({ allowedOrigins: [origin] })).toThrow(RangeError);
    },
  );

  it.each(["*", "http://localhost:5173", "https://a.example:8443", "chrome-extension://abcdef"])(
    "takes %j as an origin",
    (origin) => {
      expect(() => createCors({ allowedOrigins: [origin] })).not.toThrow();
    },
  );
});

describe("decide()", () => {
  const cors = createCors({ allowedOrigins: [app, "http://localhost:5173"] });

  it("answers the preflight of an allowed origin", () => {
    expect(cors.decide("OPTIONS", preflight(app))).toEqual({
      kind: "preflight",
      status: 204,
      headers: {
        "access-control-allow-origin": app,
        "access-control-allow-methods": "POST, GET",
        "access-control-allow-headers":
          "content-type, connect-protocol-version, connect-timeout-ms, connect-content-encoding, " +
          "connect-accept-encoding, content-encoding, accept-encoding, grpc-message-type, " +
          "x-grpc-web, x-user-agent, grpc-timeout, traceparent, tracestate, baggage, presage-version, authorization",
        "access-control-max-age": "7200",
        vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
      },
    });
  });

  it("refuses the preflight of any other origin, in a way that caches keep apart", () => {
    expect(cors.decide("OPTIONS", preflight("https://evil.example"))).toEqual({
      kind: "preflight",
      status: 403,
      headers: { vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" },
    });
  });

  it("names the origin and the readable headers on a call of an allowed origin", () => {
    expect(cors.decide("POST", { origin: "http://localhost:5173" })).toEqual({
      kind: "headers",
      headers: {
        "access-control-allow-origin": "http://localhost:5173",
        "access-control-expose-headers":
          "grpc-status, grpc-message, grpc-status-details-bin, content-encoding, " +
          "connect-content-encoding, traceparent, tracestate, presage-model-version, presage-prediction-id",
        vary: "Origin",
      },
    });
  });

  it.each([
    ["https://app.example.com.evil.example"],
    ["http://app.example.com"],
    ["https://app.example.com:8443"],
    ["null"],
  ])("does not allow %s", (origin) => {
    expect(cors.decide("POST", { origin })).toEqual({
      kind: "headers",
      headers: { vary: "Origin" },
    });
  });

  it("allows every origin by name with *", () => {
    const open = createCors({ allowedOrigins: ["*"], maxAgeSeconds: 60 });
    expect(open.decide("OPTIONS", preflight("https://any.example"))).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": "https://any.example",
        "access-control-max-age": "60",
      },
    });
  });

  it.each([
    ["GET", { kind: "headers", headers: { vary: "Origin" } }],
    ["HEAD", { kind: "headers", headers: { vary: "Origin" } }],
    ["POST", { kind: "none" }],
    ["OPTIONS", { kind: "none" }],
  ])("leaves a %s without an origin to go its way", (method, decision) => {
    expect(cors.decide(method, {})).toEqual(decision);
  });

  it("takes OPTIONS without a requested method for an ordinary request", () => {
    expect(cors.decide("OPTIONS", { origin: app }).kind).toBe("headers");
  });

  it("does nothing when no origin is allowed", () => {
    const off = createCors({ allowedOrigins: [] });
    expect(off.decide("OPTIONS", preflight(app))).toEqual({ kind: "none" });
    expect(off.decide("GET", {})).toEqual({ kind: "none" });
  });
});
