const precision = 1e-16;
const mostTerms = 10_000;

/**
 * Returns the regularized upper incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a),
 * for a > 0 and x ≥ 0, to about 13 digits where a is below a thousand. Below
 * x = a + 1 it is 1 less the power series of the lower function (NIST Digital
 * Library of Mathematical Functions, 8.7.1 with 8.2.4); from there on the
 * continued fraction 8.9.2, in its contracted form, evaluated by Lentz's method.
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * powerSeries(a, x) : scale * continuedFraction(a, x);
}

/** The sum of x^k / (a (a + 1) … (a + k)) over all k. */
function powerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < mostTerms && term > sum * precision; k += 1) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - …))). */
function continuedFraction(a: number, x: number): number {
  let below = x + 1 - a;
  let upper = Number.POSITIVE_INFINITY;
  let lower = 1 / below;
  let value = lower;
  for (let k = 1; k < mostTerms; k += 1) {
    const above = k * (a - k);
    below += 2;
    lower = 1 / (above * lower + below);
    upper = below + above / upper;
    const factor = upper * lower;
    value *= factor;
    if (Math.abs(factor - 1) < precision) break;
  }
  return value;
}

/** Coefficients of Stirling's series: B(2k) / (2k (2k - 1)), of the Bernoulli numbers. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360];
const stirlingFrom = 15;

/** Returns ln Γ(z) for z > 0, by Stirling's series (the same source, 5.11.1), from 15 on; below by Γ(z + 1) = z Γ(z). */
function logGamma(z: number): number {
  let product = 1;
  let shifted = z;
  for (; shifted < stirlingFrom; shifted += 1) product *= shifted;
  const series = stirling.reduce((sum, term, k) => sum + term / shifted ** (2 * k + 1), 0);
  const leading = (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2;
  return leading + series - Math.log(product);
}
