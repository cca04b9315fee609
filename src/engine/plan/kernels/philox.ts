// Philox 4x32-10 and the inverse normal distribution as WGSL. Words and arithmetic are those of
// src/random.ts, where the table of inputs and the sources stand. Not here: which numbers are drawn
// (mix-noise.ts).

const f = Math.fround;
const literals = (coefficients: readonly number[]) => coefficients.map((c) => `${f(c)}`);

// The coefficients of PPND7 (Wichura 1988, algorithm AS241), as in random.ts.
const [A0, A1, A2, A3] = literals([3.3871327179, 50.434271938, 159.29113202, 59.10937472]);
const [B1, B2, B3] = literals([17.895169469, 78.757757664, 67.1875636]);
const [C0, C1, C2, C3] = literals([1.4234372777, 2.75681539, 1.3067284816, 0.17023821103]);
const [D1, D2] = literals([0.737001642, 0.120211297]);
const [THIRD, FIFTH, SEVENTH, NINTH] = literals([1 / 3, 1 / 5, 1 / 7, 1 / 9]);
/**
 * Bound of the central region, |2^24 q| <= 0.425 * 2^24, compared as integers: float32 cannot represent
 * 0.425.
 */
const CENTRE = Math.floor(0.425 * 2 ** 24);

/**
 * WGSL of `philox(counter, key) -> vec4<u32>` and `inverse_normal(word) -> f32`: philoxBlock and
 * inverseNormal.
 */
export const PHILOX = /* wgsl */ `
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let low = a_high * b_low + ((a_low * b_low) >> 16u);
  let middle = a_low * b_high + (low & 0xffffu);
  return a_high * b_high + (low >> 16u) + (middle >> 16u);
}
fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let high2 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4<u32>(high2 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
// -ln(n 2^-24) for an integer n in 1..2^24 - 1, from the exponent and the mantissa of n as a float32.
fn minus_log24(n: u32) -> f32 {
  let bits = bitcast<u32>(f32(n));
  var exponent = f32(bits >> 23u) - 127.0;
  var m = bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u);
  if (m > ${f(Math.SQRT2)}) {
    m *= 0.5;
    exponent += 1.0;
  }
  let s = (m - 1.0) / (m + 1.0);
  let t = s * s;
  let series = (((${NINTH} * t + ${SEVENTH}) * t + ${FIFTH}) * t + ${THIRD}) * t + 1.0;
  return (24.0 - exponent) * ${f(Math.LN2)} - (2.0 * s) * series;
}
fn inverse_normal(word: u32) -> f32 {
  let odd = 2u * (word >> 9u) + 1u;
  let whole = i32(odd) - 0x800000;
  let q = f32(whole) * ${2 ** -24};
  if (abs(whole) <= ${CENTRE}) {
    let r = ${f(0.180625)} - q * q;
    let top = ((${A3} * r + ${A2}) * r + ${A1}) * r + ${A0};
    let bottom = ((${B3} * r + ${B2}) * r + ${B1}) * r + 1.0;
    return q * top / bottom;
  }
  let r = sqrt(minus_log24(select(0x1000000u - odd, odd, whole < 0))) - ${f(1.6)};
  let top = ((${C3} * r + ${C2}) * r + ${C1}) * r + ${C0};
  let bottom = (${D2} * r + ${D1}) * r + 1.0;
  let z = top / bottom;
  return select(z, -z, whole < 0);
}`;
