import { describe, expect, it } from "vitest";
import { readCallHeaders } from "./request-headers.ts";

type Field = readonly [name: string, value: string];

const pseudo: readonly Field[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":authority", "a:1"],
  [":path", "/a.B/C"],
];
const type: Field = ["content-type", "application/grpc"];

/** The fields of a call, with one of them replaced. */
function replaced(name: string, value: string | undefined): readonly Field[] {
  return [...pseudo, type].flatMap((field): Field[] => {
    if (field[0] !== name) return [field];
    return value === undefined ? [] : [[name, value]];
  });
}

/** The fields of a call, and more. */
const added = (...fields: readonly Field[]): readonly Field[] => [...pseudo, type, ...fields];

describe("readCallHeaders()", () => {
  const calls: readonly (readonly [string, readonly Field[]])[] = [
    ["nothing else", pseudo],
    ["a content type", added()],
    ["another order", [...pseudo.toReversed(), type]],
    ["another scheme", replaced(":scheme", "https")],
    ["trailers", added(["te", "trailers"])],
    ["a length", added(["content-length", "0123456789"])],
    ["the longest length", added(["content-length", "9".repeat(15)])],
    ["an empty value", added(["x", ""])],
    ["every sign of a value", added(["x", "!\t ~\x80\xff"])],
    ["every sign of a name", added(["!#$%&'*+-.^_`|~09az", "1"])],
    ["names that every object has", added(["constructor", "1"], ["__proto__", "2"])],
    ["a host", added(["host", "b"])],
  ];
  it.each(calls)("reads a call with %s", (_, fields) => {
    const headers = readCallHeaders(fields.flat());
    expect(Object.entries(headers ?? {})).toEqual(fields);
  });

  it("gives an object that has nothing of its own", () => {
    expect(Object.getPrototypeOf(readCallHeaders(pseudo.flat()))).toBeNull();
  });

  const others: readonly (readonly [string, readonly Field[]])[] = [
    ...["GET", "HEAD", "PUT", "OPTIONS", "post", ""].map(
      (method) => [`the method ${method}`, replaced(":method", method)] as const,
    ),
    [
      "CONNECT",
      [
        [":method", "CONNECT"],
        [":authority", "a:1"],
      ],
    ],
    ...pseudo.map(([name]) => [`no ${name}`, replaced(name, undefined)] as const),
    ...pseudo.map(([name]) => [`an empty ${name}`, replaced(name, "")] as const),
    ...pseudo.map(([name, value]) => [`${name} twice`, [[name, value], ...added()]] as const),
    ...pseudo.map(
      ([name, value]) =>
        [`${name} behind others`, [...replaced(name, undefined), [name, value]]] as const,
    ),
    ["a path of *", replaced(":path", "*")],
    ["a whole URL for its path", replaced(":path", "http://a/")],
    ["a pseudo-header of answers", [[":status", "200"], ...added()]],
    ["a pseudo-header of CONNECT", [[":protocol", "websocket"], ...added()]],
    ["a name of nothing but a colon", [[":", "1"], ...added()]],
    ["a header twice", added(["x", "1"], ["x", "2"])],
    ["capitals in a name", added(["X-a", "1"])],
    ["an empty name", added(["", "1"])],
    ...[" ", "\t", "\0", "\n", ":", '"', "(", "/", "\x7f", "\xe4"].map(
      (sign) => [`${JSON.stringify(sign)} in a name`, added([`x${sign}y`, "1"])] as const,
    ),
    ...["\0", "\n", "\r", "\x1f", "\x7f"].map(
      (sign) => [`${JSON.stringify(sign)} in a value`, added(["x", `1${sign}2`])] as const,
    ),
    ...[" 1", "1 ", "\t1", "1\t", " "].map(
      (value) => [`the value ${JSON.stringify(value)}`, added(["x", value])] as const,
    ),
    ["a line feed in its path", replaced(":path", "/a\nb")],
    ...[
      "connection",
      "expect",
      "keep-alive",
      "proxy-connection",
      "transfer-encoding",
      "upgrade",
    ].map((name) => [`the header ${name}`, added([name, "1"])] as const),
    ...["", "gzip", "trailers, gzip", "Trailers"].map(
      (te) => [`te of ${JSON.stringify(te)}`, added(["te", te])] as const,
    ),
    ...["", "-1", "+1", "1.5", "0x1", "1,1", "9".repeat(16)].map(
      (length) =>
        [`the length ${JSON.stringify(length)}`, added(["content-length", length])] as const,
    ),
  ];
  it.each(others)("leaves a request with %s to Node's HTTP/2", (_, fields) => {
    expect(readCallHeaders(fields.flat())).toBeUndefined();
  });
});
