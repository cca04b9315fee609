// Claims safetensors files of other dtypes: what the reference implementation wrote of torch's tensors is read as torch sees
// them (test/fixtures/torch, interop/make_torch_files.py), and what we write in halves has its tensors where its header says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readHeader, readTensors, safetensorsBlob } from '../../src/formats/safetensors-file.ts';
import { encodeHeader, type NamedTensor } from '../../src/formats/safetensors.ts';
import contents from '../fixtures/torch/contents.json' with { type: 'json' };

const tensor = (name: string, shape: number[], numbers: number[]): NamedTensor => ({
  name,
  shape,
  data: Float32Array.from(numbers),
});

async function refusal(make: () => unknown): Promise<string> {
  try {
    await make();
  } catch (error) {
    if (error instanceof FaultError) return error.message;
    throw error;
  }
  return 'nothing refused';
}

describe('reading', () => {
  it('takes float32, float16, bfloat16 and float64 as torch sees them', async () => {
    const file = new Blob([readFileSync(join(import.meta.dirname, '../fixtures/torch/dtypes.safetensors'))]);
    const { tensors, metadata } = await readTensors(file);
    const pairs = contents.files.dtypes.dict as [string, { shape: number[]; data: (number | string)[] }][];
    const expected = new Map(pairs);
    expect(metadata['made_with']).toBe(contents.made_with);
    expect(tensors.map(({ name }) => name).sort()).toEqual([
      'bfloat16',
      'empty',
      'float16',
      'float32',
      'float64',
      'infinite',
    ]);
    for (const { name, shape, data } of tensors.filter((read) => read.name !== 'empty'))
      expect({ shape, data: [...data] }).toEqual({
        shape: expected.get(name)?.shape,
        data: expected.get(name)?.data.map(Number),
      });
  });

  it('goes over the ends of its pieces of 8 MiB', async () => {
    const counts = [5, 2 ** 21 - 5, 2 ** 21 + 3, 0, 7];
    const tensors = counts.map((count, i) => tensor(`t${i}`, [count], []));
    for (const [
      i,
      {
        shape: [count = 0],
      },
    ] of tensors.entries())
      tensors[i] = { name: `t${i}`, shape: [count], data: new Float32Array(count).map((_, at) => at + i) };
    const read = await readTensors(safetensorsBlob(tensors, {}));
    for (const [i, { name, data }] of read.tensors.entries()) {
      expect(name).toBe(tensors[i]?.name);
      expect(Buffer.compare(new Uint8Array(data.buffer), new Uint8Array(tensors[i]?.data.buffer ?? []))).toBe(
        0,
      );
    }
  });

  it('names the tensor of a dtype that it does not read', async () => {
    const header = encodeHeader([{ name: 'ids', shape: [2] }], {});
    const text = new TextDecoder().decode(header).replace('F32', 'I32');
    expect(await refusal(() => readTensors(new Blob([text, new Uint8Array(8)])))).toContain(
      'tensors of dtype F32, F16, BF16, F64, got ids of dtype I32',
    );
  });
});

describe('a file of halves', () => {
  const tensors = [tensor('conv_in.weight', [1, 3], [1, -2, 0.1]), tensor('conv_in.bias', [1], [65504])];

  it('has its tensors where its header says', async () => {
    const file = safetensorsBlob(tensors, { made: 'here' }, 'F16');
    const { entries, metadata, dataStart } = await readHeader(file);
    expect({ ...metadata }).toEqual({ made: 'here' });
    expect(entries).toEqual([
      { name: 'conv_in.weight', dtype: 'F16', shape: [1, 3], begin: 0, end: 6 },
      { name: 'conv_in.bias', dtype: 'F16', shape: [1], begin: 6, end: 8 },
    ]);
    expect(file.size).toBe(dataStart + 8);
    const read = await readTensors(file);
    expect(read.tensors.map(({ data }) => [...data])).toEqual([[1, -2, expect.closeTo(0.1, 4)], [65504]]);
  });

  it('is not made of what a half cannot hold', async () => {
    const large = [tensor('conv_in.weight', [3], [1, 2, 1e5])];
    expect(await refusal(() => safetensorsBlob(large, {}, 'F16'))).toContain(
      'numbers below 65520 in conv_in.weight, got 100000 at element 2',
    );
  });
});
