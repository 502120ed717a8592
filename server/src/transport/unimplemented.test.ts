import { describe, expect, it } from "vitest";
import { unimplementedAnswer } from "./unimplemented.ts";

const path = "/presage.v1.InferenceService/Nope";
const message = `${path} is not a method of this server`;
const ask = (
  contentType: string | undefined,
  rest: Partial<Parameters<typeof unimplementedAnswer>[0]> = {},
): ReturnType<typeof unimplementedAnswer> =>
  unimplementedAnswer({ httpVersionMajor: 2, method: "POST", path, contentType, ...rest });

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const trailerFrame = (): string => {
  const lines = `grpc-message: ${encodeURIComponent(message)}\r\ngrpc-status: 12\r\n`;
  return `\x80\0\0\0${String.fromCharCode(lines.length)}${lines}`;
};

describe("unimplementedAnswer()", () => {
  it.each([
    "application/grpc",
    "application/grpc+proto",
    "application/grpc+json",
    "application/grpc+thrift",
    "application/grpc;charset=utf-8",
  ])("answers %s with gRPC trailers and the content type as asked", (contentType) => {
    expect(ask(contentType)).toEqual({
      status: 200,
      headers: { "content-type": contentType },
      body: new Uint8Array(0),
      trailers: { "grpc-status": "12", "grpc-message": encodeURIComponent(message) },
    });
  });

  it.each(["application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json"])(
    "answers %s with a trailer frame",
    (contentType) => {
      const answer = ask(contentType, { httpVersionMajor: 1 });
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": contentType } });
      expect(text(answer.body)).toBe(trailerFrame());
    },
  );

  it.each(["application/grpc-web-text", "application/grpc-web-text+proto"])(
    "answers %s with a trailer frame in base64",
    (contentType) => {
      const answer = ask(contentType);
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": contentType } });
      expect(text(answer.body)).toBe(Buffer.from(trailerFrame(), "latin1").toString("base64"));
    },
  );

  it.each(["application/json", "application/json; charset=utf-8", "application/proto"])(
    "answers unary Connect in %s with its JSON error",
    (contentType) => {
      const answer = ask(contentType, { httpVersionMajor: 1 });
      expect(answer).toMatchObject({
        status: 404,
        headers: { "content-type": "application/json" },
      });
      expect(JSON.parse(text(answer.body))).toEqual({ code: "unimplemented", message });
    },
  );

  it("answers a Connect GET with its JSON error", () => {
    const asked = { method: "GET", path: `${path}?connect=v1&encoding=json&message=%7B%7D` };
    expect(ask(undefined, asked)).toMatchObject({ status: 404 });
  });

  it.each(["application/connect+json", "application/connect+proto"])(
    "answers streaming Connect in %s with an end-of-stream message",
    (contentType) => {
      const answer = ask(contentType);
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": contentType } });
      const json = text(answer.body.subarray(5));
      expect([...answer.body.subarray(0, 5)]).toEqual([2, 0, 0, 0, json.length]);
      expect(JSON.parse(json)).toEqual({ error: { code: "unimplemented", message } });
    },
  );

  it.each([
    ["no content type", undefined, {}],
    ["another content type", "text/plain", {}],
    ["GET without Connect's query", undefined, { method: "GET", path: `${path}?connect=v2` }],
    ["JSON to a path of no method", "application/json", { path: "/v2/models/x/infer" }],
    ["JSON with another verb", "application/json", { method: "PUT" }],
    ["gRPC over HTTP/1.1", "application/grpc", { httpVersionMajor: 1 }],
    ["a longer name", "application/grpcx", {}],
  ])("answers %s with a plain 404", (_case, contentType, rest) => {
    expect(ask(contentType, rest)).toEqual({
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: Buffer.from("not found\n"),
    });
  });

  it("does not echo an endless path", () => {
    const answer = ask("application/grpc", { path: `/${"a".repeat(5000)}/B` });
    expect(answer.trailers?.["grpc-message"]?.length).toBeLessThan(300);
  });
});
