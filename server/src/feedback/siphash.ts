/** The bytes of a key. */
export const sipKeyBytes = 16;
/** The bytes of a code. */
export const sipCodeBytes = 16;

const wordBytes = 8;
const wordRounds = 2;
const lastRounds = 4;

/**
 * Writes the code of the first `length` bytes right behind them: SipHash-2-4 with
 * 128 bits (Aumasson and Bernstein, 2012). A word of 64 bits is two numbers, its
 * lower and its upper half. No branch and no address depends on the key or the bytes.
 */
export function writeSipHash(bytes: DataView, length: number, key: DataView): void {
  const low = key.getInt32(0, true);
  const lowUp = key.getInt32(4, true);
  const high = key.getInt32(8, true);
  const highUp = key.getInt32(12, true);
  // "somepseudorandomlygeneratedbytes"; 0xee stands for 128 bits.
  let a = low ^ 0x70736575;
  let aUp = lowUp ^ 0x736f6d65;
  let b = high ^ 0x6e646f6d ^ 0xee;
  let bUp = highUp ^ 0x646f7261;
  let c = low ^ 0x6e657261;
  let cUp = lowUp ^ 0x6c796765;
  let d = high ^ 0x79746573;
  let dUp = highUp ^ 0x74656462;
  let sum = 0;
  let turned = 0;
  const wordCount = Math.floor(length / wordBytes);
  // The last word: the bytes that are left, and in its uppermost byte the length.
  let last = 0;
  let lastUp = length << 24;
  for (let at = wordCount * wordBytes; at < length; at += 1) {
    const shifted = bytes.getUint8(at) << (8 * (at % 4));
    if (at % wordBytes < 4) last |= shifted;
    else lastUp |= shifted;
  }

  // Each word has its rounds, and then each half of the code.
  for (let step = 0; step <= wordCount + 2; step += 1) {
    const at = step * wordBytes;
    let word = 0;
    let wordUp = 0;
    if (step < wordCount) {
      word = bytes.getInt32(at, true);
      wordUp = bytes.getInt32(at + 4, true);
    } else if (step === wordCount) {
      word = last;
      wordUp = lastUp;
    } else if (step === wordCount + 1) {
      c ^= 0xee;
    } else {
      bytes.setInt32(length, a ^ b ^ c ^ d, true);
      bytes.setInt32(length + 4, aUp ^ bUp ^ cUp ^ dUp, true);
      b ^= 0xdd;
    }
    d ^= word;
    dUp ^= wordUp;
    const rounds = step <= wordCount ? wordRounds : lastRounds;
    for (let round = 0; round < rounds; round += 1) {
      // Turned by 32 bits, a word's halves change places.
      sum = (a + b) | 0;
      a = (aUp + bUp + carryOf(a, b, sum)) | 0;
      aUp = sum;
      turned = (b << 13) | (bUp >>> 19);
      bUp = ((bUp << 13) | (b >>> 19)) ^ a;
      b = turned ^ aUp;
      sum = (c + d) | 0;
      cUp = (cUp + dUp + carryOf(c, d, sum)) | 0;
      c = sum;
      turned = (d << 16) | (dUp >>> 16);
      dUp = ((dUp << 16) | (d >>> 16)) ^ cUp;
      d = turned ^ c;
      sum = (a + d) | 0;
      aUp = (aUp + dUp + carryOf(a, d, sum)) | 0;
      a = sum;
      turned = (d << 21) | (dUp >>> 11);
      dUp = ((dUp << 21) | (d >>> 11)) ^ aUp;
      d = turned ^ a;
      sum = (c + b) | 0;
      c = (cUp + bUp + carryOf(c, b, sum)) | 0;
      cUp = sum;
      turned = (b << 17) | (bUp >>> 15);
      bUp = ((bUp << 17) | (b >>> 15)) ^ c;
      b = turned ^ cUp;
    }
    a ^= word;
    aUp ^= wordUp;
  }
  bytes.setInt32(length + wordBytes, a ^ b ^ c ^ d, true);
  bytes.setInt32(length + wordBytes + 4, aUp ^ bUp ^ cUp ^ dUp, true);
}

/** What the lower halves of two words carry over into the sum of the upper ones. */
function carryOf(one: number, other: number, sum: number): number {
  return ((one & other) | ((one | other) & ~sum)) >>> 31;
}
