import { HpackError } from "./hpack-error.ts";

/**
 * How many bits the code of each byte has, and of the end of a string, which is
 * the last. No more is needed: codes of the same length count up in the order of
 * their symbols, and shorter codes come before longer ones (RFC 7541, appendix B).
 */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const endOfString = 256;
/** A string ends with the start of the code of `endOfString`, which is ones; at most so many. */
const maxPadding = 7;
/** No code is shorter, so a string has at most 8 / 5 as many characters as bytes. */
const minCodeLength = 5;

/**
 * A machine that reads a string four bits at a time. Its states are the inner
 * nodes of the tree of codes, the root being 0, and one more that is never left
 * once a string has held `endOfString`.
 */
interface Machine {
  /**
   * At `state << 4 | bits`: the next such number, shifted by `stepShift`, above
   * the byte whose code is complete, and `completed` if there is one.
   */
  readonly steps: Int32Array;
  /** Whether a string may end in a state: 1 if it may. */
  readonly final: Uint8Array;
}
const completedShift = 8;
const completed = 1 << completedShift;
const stepShift = 9;
const stateShift = stepShift + 4;

let machine: Machine | undefined;
/** What strings of usual length are decoded into. */
let scratch: Buffer | undefined;
const scratchBytes = 4096;

/**
 * Decodes the Huffman code of the bytes from `start` to `end`, to characters of
 * latin1. Throws an HpackError if it holds the end of a string, or if its padding
 * is longer than 7 bits or not all ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  const { steps, final } = (machine ??= createMachine());
  const text = spaceFor(end - start);
  let length = 0;
  let step = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    // Without a branch, which would be as hard to foresee as the text itself:
    // what is written before a code is complete is written over.
    step = steps[(step >> stepShift) | (byte >> 4)] ?? 0;
    text[length] = step;
    length += (step >> completedShift) & 1;
    step = steps[(step >> stepShift) | (byte & 0xf)] ?? 0;
    text[length] = step;
    length += (step >> completedShift) & 1;
  }
  if (final[step >> stateShift] !== 1) throw new HpackError("a Huffman code ends wrongly");
  return text.toString("latin1", 0, length);
}

function spaceFor(codedBytes: number): Buffer {
  const most = Math.ceil((codedBytes * 8) / minCodeLength) + 1;
  if (most > scratchBytes) return Buffer.allocUnsafe(most);
  return (scratch ??= Buffer.allocUnsafeSlow(scratchBytes));
}

function createMachine(): Machine {
  const children = createTree();
  const ended = children.length / 2;
  const steps = new Int32Array((ended + 1) << 4).fill(ended << stateShift);
  for (let at = 0; at < ended << 4; at += 1) {
    let node = at >> 4;
    let symbol = -1;
    for (let bit = 3; bit >= 0; bit -= 1) {
      const child = children[2 * node + ((at >> bit) & 1)] ?? 0;
      if (child < 0) symbol = ~child;
      node = Math.max(child, 0);
    }
    if (symbol === endOfString) continue;
    steps[at] = (node << stateShift) | (symbol < 0 ? 0 : completed | symbol);
  }
  const final = new Uint8Array(ended + 1);
  for (let ones = 0, node = 0; ones <= maxPadding; ones += 1) {
    final[node] = 1;
    node = children[2 * node + 1] ?? 0;
  }
  return { steps, final };
}

/** The tree of the codes: at `2 * node + bit` the node below, or the inverse of a symbol. */
function createTree(): Int16Array {
  // A full binary tree has one inner node less than it has leaves.
  const children = new Int16Array(2 * (codeLengths.length - 1));
  let nodes = 1;
  let code = 0;
  for (let length = minCodeLength; length <= Math.max(...codeLengths); length += 1) {
    for (const [symbol, symbolLength] of codeLengths.entries()) {
      if (symbolLength !== length) continue;
      let at = 0;
      for (let bit = length - 1; bit > 0; bit -= 1) {
        const slot = 2 * at + ((code >> bit) & 1);
        if (children[slot] === 0) children[slot] = nodes++;
        at = children[slot] ?? 0;
      }
      children[2 * at + (code & 1)] = ~symbol;
      code += 1;
    }
    code <<= 1;
  }
  return children;
}
