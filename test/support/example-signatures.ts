import type { Signature } from "../../server/src/core/signature.ts";
import { signatureOf, spec } from "./signatures.ts";

/** Three features of a house, by FP64. */
export const house: Signature = signatureOf({
  inputs: [spec("x", "FP64", "N", 3)],
  manifest: "features: [{ name: CRIM }, { name: RM }, { name: LSTAT }]",
});

/** Four features of four types, one of which may be missing. */
export const people: Signature = signatureOf({
  inputs: [
    spec("sex", "STRING", "N", 1),
    spec("alone", "BOOL", "N", 1),
    spec("class", "INT64", "N", 1),
    spec("age", "FP32", "N", 1),
  ],
  manifest: `
features:
  - { name: sex, categories: { values: [female, male], closed: true } }
  - { name: alone }
  - { name: class, range: { min: 1, max: 3 } }
  - { name: age, missing: fill }`,
});

/** One feature, which is a list of three. */
export const pixels: Signature = signatureOf({ inputs: [spec("x", "FP32", "N", 3)] });

/** One feature, which is a list of any length. */
export const open: Signature = signatureOf({ inputs: [spec("x", "FP32", "N", "M")] });

/** One feature, which is a matrix of 2 by 3. */
export const matrix: Signature = signatureOf({ inputs: [spec("x", "INT32", "N", 2, 3)] });

/** One feature, which is a matrix of any size. */
export const openMatrix: Signature = signatureOf({ inputs: [spec("x", "INT32", "N", "A", "B")] });

/** One number, without rows. */
export const scalar: Signature = signatureOf({ inputs: [spec("x", "FP32")] });

/** One matrix of 2 by 3, without rows. */
export const fixed: Signature = signatureOf({ inputs: [spec("x", "FP32", 2, 3)] });

/** Two features whose lists are equally long. */
export const pair: Signature = signatureOf({
  inputs: [spec("a", "FP32", "N", "M"), spec("b", "FP32", "N", "M")],
});
