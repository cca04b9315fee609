// Weights as a safetensors file of halves (dtype F16), by their diffusers names: small, to be looked at, not trained on.
// Pure. Not here: checkpoints (src/trainer/checkpoint-file.ts), reading.
import type { ParameterSpec } from '../../src/engine/executor.ts';

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;

/** The whole file. weights: one array per spec, in their order. Throws an Error where a number is no finite half. */
export function encodeHalfWeights(
  specs: readonly ParameterSpec[],
  weights: readonly Float32Array[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const members: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  specs.forEach(({ name, shape }, i) => {
    const begin = end;
    end += 2 * (weights[i]?.length ?? 0);
    members[name] = { dtype: 'F16', shape, data_offsets: [begin, end] };
  });
  const json = new TextEncoder().encode(JSON.stringify(members));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerLength + end).fill(0x20, 0, LENGTH_BYTES + headerLength);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  file.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  specs.forEach(({ name }, i) => {
    for (const value of weights[i] ?? []) {
      const bits = halfBits(value);
      if ((bits & INFINITE) === INFINITE) throw new Error(`${name}: expected a finite half, got ${value}`);
      view.setUint16(at, bits, true);
      at += 2;
    }
  });
  return file;
}

/** All exponent bits of a half. */
const INFINITE = 0x7c00;
/** 2^-14 as float32: halves below it have no leading one. */
const SMALLEST_NORMAL = 0x3880_0000;
/** Difference of the exponents' biases, 127 - 15, in place. */
const REBIAS = 0x3800_0000;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The nearest binary16, ties to even (IEEE 754): 65520 and more are infinite. NaN stays NaN. */
export function halfBits(value: number): number {
  float[0] = value;
  const bits = floatBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x4780_0000) return sign | INFINITE;
  if (magnitude < SMALLEST_NORMAL) return sign | roundToEven(Math.abs(float[0]) * 2 ** 24);
  return sign | ((magnitude - REBIAS + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low;
}
