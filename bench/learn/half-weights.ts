// Weights as a safetensors file of halves (binary16, IEEE 754): half the bytes, enough to look at samples
// with. Not here: reading such a file (src/formats/half-floats.ts), which weights are written (learn.ts).
import { encodeHeader, type NamedTensor } from '../../src/formats/safetensors.ts';

/** All exponent bits of a half: infinity, or NaN. */
const INFINITE_HALF = 0x7c00;
/** 2^-14 as float32: the smallest half with a leading one. */
const SMALLEST_NORMAL = 0x3880_0000;
/** Difference of the exponents' biases, 127 - 15, shifted to the exponent's place. */
const REBIAS = 0x3800_0000;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** Bits of the nearest half, ties to even (IEEE 754): 65520 and more are infinite. NaN stays NaN. */
export function halfBits(value: number): number {
  float[0] = value;
  const bits = floatBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x4780_0000) return sign | INFINITE_HALF;
  if (magnitude < SMALLEST_NORMAL) return sign | roundToEven(Math.abs(float[0]) * 2 ** 24);
  return sign | ((magnitude - REBIAS + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low;
}

function halvesOf({ name, data }: NamedTensor): Uint16Array<ArrayBuffer> {
  const halves = Uint16Array.from(data, halfBits);
  const at = halves.findIndex((bits) => (bits & INFINITE_HALF) === INFINITE_HALF);
  if (at >= 0) throw new Error(`${name} holds ${data[at]} at element ${at}; a half ends below 65520`);
  return halves;
}

/** The bytes of the file. Throws Error naming the tensor and the element that no finite half can hold. */
export async function halvesFile(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const file = new Blob([encodeHeader(tensors, metadata, 'F16'), ...tensors.map(halvesOf)]);
  return new Uint8Array(await file.arrayBuffer());
}
