// Claims the file that `npm run learn -- --weights` writes: every half by its definition, the layout by our own reader.
import { describe, expect, it } from 'vitest';
import { encodeHalfWeights, halfBits } from '../../bench/learn/half-weights.ts';
import { parseHeader } from '../../src/formats/safetensors.ts';

/** IEEE 754 binary16. */
function valueOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

describe('halves', () => {
  it('all come back as they were', () => {
    const changed: number[] = [];
    for (let bits = 0; bits <= 0xffff; bits++) {
      const value = valueOf(bits);
      if (!Number.isNaN(value) && halfBits(value) !== bits) changed.push(bits);
    }
    expect(changed).toEqual([]);
    expect(valueOf(halfBits(NaN))).toBeNaN();
  });

  it('take what lies between two of them to the nearer one, and the middle to the even one', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [valueOf(bits), valueOf(bits + 1)];
      const found = [0.499, 0.5, 0.501].map((part) => halfBits(low + (high - low) * part) - bits);
      if (found.join() !== [0, bits % 2, 1].join()) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
    expect(halfBits(65519.99)).toBe(0x7bff);
    expect(halfBits(65520)).toBe(0x7c00);
  });
});

describe('a file of halves', () => {
  const specs = [
    { name: 'conv_in.weight', shape: [1, 3] },
    { name: 'conv_in.bias', shape: [1] },
  ];

  it('has its tensors where its header says', () => {
    const weights = [Float32Array.of(1, -2, 0.1), Float32Array.of(65504)];
    const file = encodeHalfWeights(specs, weights, { made: 'here' });
    const { entries, metadata, dataStart } = parseHeader(file, file.length);
    expect(metadata).toEqual({ made: 'here' });
    expect(entries).toEqual([
      { name: 'conv_in.weight', dtype: 'F16', shape: [1, 3], begin: 0, end: 6 },
      { name: 'conv_in.bias', dtype: 'F16', shape: [1], begin: 6, end: 8 },
    ]);
    expect(dataStart % 8).toBe(0);
    const read = new DataView(file.buffer, dataStart);
    expect([0, 2, 4, 6].map((offset) => valueOf(read.getUint16(offset, true)))).toEqual([
      1,
      -2,
      expect.closeTo(0.1, 4),
      65504,
    ]);
  });

  it('is not made of what a half cannot hold', () => {
    const weights = [Float32Array.of(1, 2, 1e5), Float32Array.of(0)];
    expect(() => encodeHalfWeights(specs, weights, {})).toThrow('conv_in.weight: expected a finite half');
  });
});
