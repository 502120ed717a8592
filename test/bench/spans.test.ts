import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { countSpans } from "./spans.ts";

/** A message with other messages in one of its fields, and a number and a text in others. */
function message(field: number, parts: readonly Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter().tag(7, WireType.Varint).uint32(12);
  for (const part of parts) writer.tag(field, WireType.LengthDelimited).bytes(part);
  return writer.tag(9, WireType.LengthDelimited).string("https://example.com/schema").finish();
}

const span = message(2, []);

describe("countSpans()", () => {
  it.each([
    { name: "an empty request", request: new Uint8Array(), spans: 0 },
    { name: "no scope", request: message(1, [message(1, [span])]), spans: 0 },
    { name: "one scope", request: message(1, [message(2, [message(2, [span, span])])]), spans: 2 },
    {
      name: "several resources and scopes",
      request: message(1, [
        message(2, [message(2, [span]), message(2, [span, span])]),
        message(2, [message(2, [span])]),
      ]),
      spans: 4,
    },
  ])("counts $spans in $name", ({ request, spans }) => {
    expect(countSpans(request)).toBe(spans);
  });
});
