// Numbers of other widths as float32: binary16 (IEEE 754), bfloat16, binary64, little-endian as in files.
// Pure. Not here: which width a file holds (safetensors-file.ts, torch-values.ts).

/** All exponent bits of a half. */
const INFINITE_HALF = 0x7c00;
/** Difference of the exponents' biases, 127 - 15, shifted to the exponent's place. */
const REBIAS = 0x3800_0000;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The float32 bits of a half. Every half has an exact float32; subnormal halves become normal floats. */
function floatBitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const magnitude = half & 0x7fff;
  if (magnitude >= INFINITE_HALF) return sign | 0x7f80_0000 | ((magnitude & 0x3ff) << 13);
  if (magnitude >= 0x400) return sign | ((magnitude << 13) + REBIAS);
  float[0] = magnitude * 2 ** -24;
  return sign | (floatBits[0] as number);
}

/** Halves (2 bytes each, at any offset of their buffer) as float32, exact. */
export function floatsOfHalves(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++)
    bits[i] = floatBitsOfHalf((bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8));
  return floats;
}

/** bfloat16 numbers (2 bytes each, the upper half of a float32) as float32, exact. */
export function floatsOfBfloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++)
    bits[i] = ((bytes[2 * i] as number) << 16) | ((bytes[2 * i + 1] as number) << 24);
  return floats;
}

/** Doubles (8 bytes each) rounded to the nearest float32: infinite beyond 3.4e38. */
export function floatsOfDoubles(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(bytes.length >> 3);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < floats.length; i++) floats[i] = view.getFloat64(8 * i, true);
  return floats;
}

/** float32 numbers (4 bytes each, of any alignment), copied to a buffer of their own. */
export const floatsOf = (bytes: Uint8Array): Float32Array<ArrayBuffer> =>
  new Float32Array(bytes.slice().buffer, 0, bytes.length >> 2);
