// Claims the weights that `npm run learn` writes in halves:
// rounded as IEEE 754 asks, in a file that is read back.
import { describe, expect, it } from 'vitest';
import { halfBits, halvesFile } from '../../bench/learn/half-weights.ts';
import { readHeader, readTensors } from '../../src/formats/safetensors-file.ts';
import type { NamedTensor } from '../../src/formats/safetensors.ts';
import { halfValue } from '../formats/half-value.ts';

describe('a half', () => {
  it('of a number that is a half has the bits of that half', () => {
    const all = Array.from({ length: 0x1_0000 }, (_, bits) => bits);
    const wrong = all.filter((bits) => !Number.isNaN(halfValue(bits)) && halfBits(halfValue(bits)) !== bits);
    expect(wrong).toEqual([]);
    expect(halfValue(halfBits(NaN))).toBeNaN();
  });

  it('of a number between two halves is the nearer one, and the even one in the middle', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [halfValue(bits), halfValue(bits + 1)];
      const found = [0.499, 0.5, 0.501].map((part) => halfBits(low + (high - low) * part) - bits);
      if (found.join() !== [0, bits % 2, 1].join()) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
    expect(halfBits(65519.99)).toBe(0x7bff);
    expect(halfBits(65520)).toBe(0x7c00);
  });
});

describe('a file of halves', () => {
  const tensor = (name: string, shape: number[], numbers: number[]): NamedTensor => ({
    name,
    shape,
    data: Float32Array.from(numbers),
  });
  const tensors = [tensor('conv_in.weight', [1, 3], [1, -2, 0.1]), tensor('conv_in.bias', [1], [65504])];

  it('has its tensors where its header says', async () => {
    const bytes = Uint8Array.from(await halvesFile(tensors, { made: 'here' }));
    const { entries, metadata, dataStart } = await readHeader(new Blob([bytes]));
    expect({ ...metadata }).toEqual({ made: 'here' });
    expect(entries).toEqual([
      { name: 'conv_in.weight', dtype: 'F16', shape: [1, 3], begin: 0, end: 6 },
      { name: 'conv_in.bias', dtype: 'F16', shape: [1], begin: 6, end: 8 },
    ]);
    expect(bytes.length).toBe(dataStart + 8);
    const read = await readTensors(new Blob([bytes]));
    expect(read.tensors.map(({ data }) => [...data])).toEqual([[1, -2, expect.closeTo(0.1, 4)], [65504]]);
  });

  it('is not made of a number that a half cannot hold', async () => {
    const large = [tensor('conv_in.weight', [3], [1, 2, 1e5])];
    await expect(halvesFile(large, {})).rejects.toThrow('conv_in.weight holds 100000 at element 2');
  });
});
