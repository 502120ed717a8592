import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxHeadBytes, type RecognisedHead, recogniseHead } from "./request-head.ts";

const recognise = (text: string): RecognisedHead => recogniseHead(Buffer.from(text, "latin1"));

const line = "POST /a.B/C HTTP/1.1\r\n";
const host = "Host: h\r\n";
const length = "Content-Length: 3\r\n";
const good = `${line}${host}${length}X-A: b  c\r\nConnection: Keep-Alive\r\n\r\n`;
const withHeader = (header: string): string => `${line}${host}${length}${header}\r\n\r\n`;

const leftToNode: readonly (readonly [name: string, text: string])[] = [
  ["another method", good.replace("POST", "GET")],
  ["a method in small letters", good.replace("POST", "post")],
  ["a longer method", good.replace("POST", "POSTS")],
  ["an empty line ahead", `\r\n${good}`],
  ["a whole URL", good.replace("/a.B/C", "http://h/a.B/C")],
  ["a space in the path", good.replace("/a.B/C", "/a b")],
  ["a control character in the path", good.replace("/a.B/C", "/a\x7f")],
  ["Latin-1 in the path", good.replace("/a.B/C", "/\xe4")],
  ["two spaces before the path", good.replace("POST ", "POST  ")],
  ["two spaces after the path", good.replace(" HTTP", "  HTTP")],
  ["a space after the version", good.replace("1.1", "1.1 ")],
  ["HTTP/1.0", good.replace("1.1", "1.0")],
  ["HTTP/1.10", good.replace("1.1", "1.10")],
  ["no header", `${line}\r\n`],
  ["no host", `${line}${length}\r\n`],
  ["no length", `${line}${host}\r\n`],
  ["a host twice", withHeader("host: h")],
  ["a length twice", withHeader("content-length: 3")],
  ["two lengths", withHeader("content-length: 4")],
  ...["", "+3", "-3", "03", "3.0", "3e1", "0x3", "3,3", "3 3", "1".repeat(16)].map(
    (value) => [`the length ${JSON.stringify(value)}`, good.replace(": 3", `: ${value}`)] as const,
  ),
  ["a header twice", withHeader("x-a: 1\r\nX-A: 1")],
  ["a name that every object has", withHeader("constructor: 1")],
  ["the name of every object's kind", withHeader("__proto__: 1")],
  ["chunks", withHeader("Transfer-Encoding: chunked")],
  ["an empty encoding of transfer", withHeader("transfer-encoding: identity")],
  ["an expectation", withHeader("expect: 100-continue")],
  ["an upgrade", withHeader("upgrade: h2c")],
  ["settings of HTTP/2", withHeader("http2-settings: AAAA")],
  ["a trailer", withHeader("trailer: x")],
  ["a cookie that is set", withHeader("set-cookie: a=b")],
  ["a connection that ends", withHeader("connection: close")],
  ["a connection with more", withHeader("connection: keep-alive, x-a")],
  ["a proxy's connection", withHeader("proxy-connection: keep-alive")],
  ["a folded header", withHeader("x-a: 1\r\n 2")],
  ["a folded header, by a tab", withHeader("x-a: 1\r\n\t2")],
  ["a space before a colon", withHeader("x-a : 1")],
  ["a space ahead of a name", withHeader(" x-a: 1")],
  ["a name with a space", withHeader("x a: 1")],
  ["a name in Latin-1", withHeader("x-\xe4: 1")],
  ["no name", withHeader(": 1")],
  ["no colon", withHeader("x-a")],
  ["no value", withHeader("x-a:")],
  ["two spaces before a value", withHeader("x-a:  1")],
  ["a tab before a value", withHeader("x-a:\t1")],
  ["a space after a value", withHeader("x-a: 1 ")],
  ["a tab in a value", withHeader("x-a: 1\t2")],
  ["a NUL in a value", withHeader("x-a: 1\0")],
  ["a CR in a value", withHeader("x-a: 1\r2")],
  ["an LF in a value", withHeader("x-a: 1\n2")],
  ["a DEL in a value", withHeader("x-a: 1\x7f")],
  ["Latin-1 in a value", withHeader("x-a: \xe4")],
  ["an LF after the request line", good.replace("\r\n", "\n")],
  ["an LF after a header", good.replace("h\r\n", "h\n")],
  ["too many headers", withHeader(Array.from({ length: 99 }, (_, n) => `x-${n}: 1`).join("\r\n"))],
  ["a head that is too large", withHeader(`x-a: ${"1".repeat(maxHeadBytes)}`)],
  ["a head that has come too far", `${line}x-a: ${"1".repeat(maxHeadBytes)}`],
];

describe("recogniseHead()", () => {
  it("reads a head of the common form, and no byte of what follows", () => {
    const headers = {
      host: "h",
      "content-length": "3",
      "x-a": "b  c",
      connection: "Keep-Alive",
    };
    expect(recognise(`${good}{}\r\n\r\n`)).toEqual({
      path: "/a.B/C",
      headers,
      contentLength: 3,
      text: good,
    });
  });

  it.each([
    ["a length of nothing", `${line}${host}Content-Length: 0\r\n\r\n`, 0],
    ["a long length", `${line}${host}Content-Length: 999999999999999\r\n\r\n`, 999_999_999_999_999],
    ["no space after a colon", `${line}Host:h\r\nContent-Length:3\r\n\r\n`, 3],
  ])("recognises %s", (_name, text, contentLength) => {
    expect(recognise(text)).toMatchObject({ contentLength });
  });

  it.each(leftToNode)("leaves %s to Node", (_name, text) => {
    expect(recognise(text)).toBe("other");
  });

  it("waits for the end of a head", () => {
    for (let count = 0; count < good.length; count += 1)
      expect(recognise(good.slice(0, count))).toBe("begun");
  });

  it.each([
    ["a request line", "POST / HTTP/1.0\r\n"],
    ["a header", `${line}x-a : 1\r\n`],
    ["the end of a line", `${line}x-a: 1\n`],
  ])("does not wait where %s is none of the common form", (_name, text) => {
    expect(recognise(text)).toBe("other");
  });

  it("takes the largest head that may be, to the byte", () => {
    const value = "1".repeat(maxHeadBytes - withHeader("x-a: ").length);
    expect(recognise(withHeader(`x-a: ${value}`))).toMatchObject({ path: "/a.B/C" });
    expect(recognise(withHeader(`x-a: ${value}1`))).toBe("other");
  });

  it("never takes back what it said when more bytes come", () => {
    const piece = fc.oneof(
      fc.constantFrom(good, line, host, length, "\r\n", "\r\n\r\n", "POST /", ": ", "\n", " "),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        const said = Array.from({ length: text.length + 1 }, (_, end) =>
          recognise(text.slice(0, end)),
        );
        const final = said.filter((each) => each !== "begun");
        expect(said.slice(said.length - final.length)).toEqual(final);
        for (const each of final) expect(each).toEqual(final[0]);
      }),
    );
  });
});
