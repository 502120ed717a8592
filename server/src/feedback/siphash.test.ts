import { describe, expect, it } from "vitest";
import { viewOf } from "./seal.ts";
import { sipCodeBytes, sipKeyBytes, writeSipHash } from "./siphash.ts";

const counted = counting(sipKeyBytes);
const ones = Buffer.alloc(sipKeyBytes, 0xff);

/** Up to 63 bytes as its authors publish them; the others by OpenSSL's own. */
const codes = [
  { key: counted, bytes: counting(0), code: "a3817f04ba25a8e66df67214c7550293" },
  { key: counted, bytes: counting(1), code: "da87c1d86b99af44347659119b22fc45" },
  { key: counted, bytes: counting(2), code: "8177228da4a45dc7fca38bdef60affe4" },
  { key: counted, bytes: counting(3), code: "9c70b60c5267a94e5f33b6b02985ed51" },
  { key: counted, bytes: counting(7), code: "a1f1ebbed8dbc153c0b84aa61ff08239" },
  { key: counted, bytes: counting(8), code: "3b62a9ba6258f5610f83e264f31497b4" },
  { key: counted, bytes: counting(15), code: "5493e99933b0a8117e08ec0f97cfc3d9" },
  { key: counted, bytes: counting(16), code: "6ee2a4ca67b054bbfd3315bf85230577" },
  { key: counted, bytes: counting(63), code: "5150d1772f50834a503e069a973fbd7c" },
  { key: counted, bytes: counting(255), code: "1c9bb67528165f8e468248e3799b0eab" },
  { key: counted, bytes: counting(256), code: "67a00304d3834c4612eaee7b5f579acb" },
  { key: counted, bytes: counting(1000), code: "24dafa789ae03d86536a4b57372f0ba6" },
  { key: ones, bytes: Buffer.alloc(29, 0xff), code: "9fea682c8000861b7720e0191a5d78af" },
];

/** 0, 1, 2 and so on; 0 again after 255. */
function counting(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => index));
}

describe("writeSipHash()", () => {
  it.each(codes)("writes $code behind its bytes, and nothing else", ({ key, bytes, code }) => {
    const memory = Buffer.alloc(bytes.length + sipCodeBytes + 1, 0xaa);
    bytes.copy(memory);
    writeSipHash(viewOf(memory), bytes.length, viewOf(key));
    expect(memory.toString("hex")).toBe(`${bytes.toString("hex")}${code}aa`);
  });
});
