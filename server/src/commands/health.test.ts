import { describe, expect, it } from "vitest";
import { localUrl } from "./health.ts";

describe("localUrl()", () => {
  it.each([
    [{}, "http://127.0.0.1:8080"],
    [{ PRESAGE_PORT: "9000" }, "http://127.0.0.1:9000"],
    [{ PRESAGE_HOST: "0.0.0.0" }, "http://127.0.0.1:8080"],
    [{ PRESAGE_HOST: "::" }, "http://127.0.0.1:8080"],
    [{ PRESAGE_HOST: "10.1.2.3" }, "http://10.1.2.3:8080"],
    [{ PRESAGE_HOST: "::1", PRESAGE_PORT: "1" }, "http://[::1]:1"],
    [{ PRESAGE_TLS_CERT: "/tls/cert.pem", PRESAGE_PORT: "8443" }, "https://127.0.0.1:8443"],
  ])("is, with the variables %j, %s", (environment, url) => {
    expect(localUrl(environment)).toBe(url);
  });
});
