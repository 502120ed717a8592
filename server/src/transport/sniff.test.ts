import { METHODS } from "node:http";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { http2Preface, maxMethodBytes, sniff } from "./sniff.ts";

const kindOf = (text: string): string => sniff(Buffer.from(text, "latin1")).kind;

describe("sniff()", () => {
  it("cannot tell anything from nothing", () => {
    expect(kindOf("")).toBe("undecided");
  });

  it.each(Array.from({ length: http2Preface.length - 1 }, (_, index) => index + 1))(
    "waits for more after %i bytes of the HTTP/2 preface",
    (length) => {
      expect(kindOf(http2Preface.slice(0, length))).toBe("undecided");
    },
  );

  it("takes the whole preface for HTTP/2, whatever follows it", () => {
    expect(kindOf(http2Preface)).toBe("http2");
    expect(kindOf(`${http2Preface}\0\0\0\x04\0`)).toBe("http2");
  });

  it.each([
    "PRI * HTTP/1.1\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX",
    "PRI /",
  ])("knows %j for no protocol", (text) => {
    expect(kindOf(text)).toBe("unknown");
  });

  it.each(METHODS)("takes %s followed by a space for HTTP/1.1", (method) => {
    expect(kindOf(`${method} `)).toBe("http1");
    expect(kindOf(`${method} / HTTP/1.1\r\n\r\n`)).toBe("http1");
  });

  it.each(["P", "PO", "POST", "PRIX", "get", "M-SEARCH"])("waits for more after %j", (text) => {
    expect(kindOf(text)).toBe("undecided");
  });

  it("bounds the length of a method", () => {
    expect(kindOf("A".repeat(maxMethodBytes))).toBe("undecided");
    expect(kindOf(`${"A".repeat(maxMethodBytes)} `)).toBe("http1");
    expect(kindOf("A".repeat(maxMethodBytes + 1))).toBe("unknown");
  });

  it("allows the empty line that HTTP/1.1 allows before a request", () => {
    expect(kindOf("\r")).toBe("undecided");
    expect(kindOf("\r\nGET / HTTP/1.1\r\n")).toBe("http1");
    expect(kindOf("\rX")).toBe("unknown");
  });

  it("takes a handshake record for TLS", () => {
    expect(kindOf("\x16")).toBe("undecided");
    expect(kindOf("\x16\x03")).toBe("tls");
    expect(kindOf("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")).toBe("tls");
    expect(kindOf("\x16\x02")).toBe("unknown");
  });

  it.each([" GET / HTTP/1.1", "\0", "GET\t/", "(", "G(T /", "\n", "\x80\x2e\x01"])(
    "knows %j for no protocol",
    (text) => {
      expect(kindOf(text)).toBe("unknown");
    },
  );

  it("never takes back a decision when more bytes come", () => {
    const openings = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.nat({ max: http2Preface.length }), fc.uint8Array({ maxLength: 20 }))
        .map(([length, rest]) => Buffer.concat([Buffer.from(http2Preface.slice(0, length)), rest])),
      fc.string({ maxLength: 40 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(openings, (bytes) => {
        const kinds = Array.from(
          { length: bytes.length + 1 },
          (_, length) => sniff(bytes.subarray(0, length)).kind,
        );
        const decided = kinds.filter((kind) => kind !== "undecided");
        expect(new Set(decided).size).toBeLessThanOrEqual(1);
        expect(kinds.slice(kinds.length - decided.length)).toEqual(decided);
      }),
    );
  });

  it("decides within the longest opening that it waits for", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: maxMethodBytes + 1, maxLength: 64 }), (bytes) => {
        expect(sniff(bytes).kind).not.toBe("undecided");
      }),
    );
  });
});
