// Numbers of other widths as float32 and back: binary16 (IEEE 754), bfloat16, binary64, little-endian as files have them.
// Pure. Not here: which of them a file holds (safetensors.ts, torch-values.ts).

/** All exponent bits of a half. */
const INFINITE_HALF = 0x7c00;
/** Difference of the exponents' biases, 127 - 15, in place. */
const REBIAS = 0x3800_0000;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** Bits of float32 for those of a half: every half is one. Subnormal halves are normal floats. */
function floatBitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const magnitude = half & 0x7fff;
  if (magnitude >= INFINITE_HALF) return sign | 0x7f80_0000 | ((magnitude & 0x3ff) << 13);
  if (magnitude >= 0x400) return sign | ((magnitude << 13) + REBIAS);
  float[0] = magnitude * 2 ** -24;
  return sign | (floatBits[0] as number);
}

/** Halves of any bytes (2 each, at any offset) as float32. */
export function floatsOfHalves(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++)
    bits[i] = floatBitsOfHalf((bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8));
  return floats;
}

/** A bfloat16 is the upper half of a float32. */
export function floatsOfBfloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++)
    bits[i] = ((bytes[2 * i] as number) << 16) | ((bytes[2 * i + 1] as number) << 24);
  return floats;
}

/** Doubles rounded to the nearest float32: beyond 3.4e38 infinite. */
export function floatsOfDoubles(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 3);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < floats.length; i++) floats[i] = view.getFloat64(8 * i, true);
  return floats;
}

/** A copy in a buffer of its own, whatever the alignment was. */
export const floatsOf = (bytes: Uint8Array): Float32Array<ArrayBuffer> =>
  new Float32Array(bytes.slice().buffer, 0, bytes.length >> 2);
