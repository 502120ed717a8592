/**
 * The characters of HPACK's Huffman code (RFC 7541, appendix B) by the length
 * of their codes. The code is canonical, so the lengths say everything. Only
 * printable characters are here: no header that is looked at has others.
 */
const charactersByLength: readonly (readonly [bits: number, characters: string])[] = [
  [5, "012aceiost"],
  [6, " %-./3456789=A_bdfghlmnpru"],
  [7, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"],
  [8, "&*,;XZ"],
  [10, '!"()?'],
  [11, "'+|"],
  [12, "#>"],
  // The first of this length is the zero byte.
  [13, "\0$@[]~"],
  [14, "^}"],
  [15, "<`{"],
];

const longest = 15;
/** The character of each code, at its bits behind a leading 1. */
const characters: readonly (string | undefined)[] = listCharacters();

function listCharacters(): (string | undefined)[] {
  const listed: (string | undefined)[] = Array.from({ length: 2 ** (longest + 1) });
  let code = 0;
  let length = 0;
  for (const [bits, group] of charactersByLength) {
    code <<= bits - length;
    length = bits;
    for (const character of group) {
      listed[(1 << bits) | code] = character;
      code += 1;
    }
  }
  return listed;
}

/** Decodes a string of HPACK's Huffman code. Throws at a character that is not printable. */
export function decodeHuffman(bytes: Uint8Array): string {
  let text = "";
  let bits = 1;
  for (const byte of bytes) {
    for (let mask = 0x80; mask > 0; mask >>= 1) {
      bits = (bits << 1) | ((byte & mask) === 0 ? 0 : 1);
      const character = characters[bits];
      if (character !== undefined) {
        text += character;
        bits = 1;
      } else if (bits >= 2 ** longest) {
        throw new Error("a header has a character that the bench cannot read");
      }
    }
  }
  return text;
}
