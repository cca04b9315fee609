// Claims safetensors files of every dtype that is read: what the reference implementation wrote of torch's
// tensors is read as torch sees them (test/fixtures/torch, interop/make_torch_files.py). Not here: the header
// (safetensors.test.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readTensors, safetensorsBlob } from '../../src/formats/safetensors-file.ts';
import { encodeHeader } from '../../src/formats/safetensors.ts';
import contents from '../fixtures/torch/contents.json' with { type: 'json' };

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
    const tensors = counts.map((count, i) => ({
      name: `t${i}`,
      shape: [count],
      data: new Float32Array(count).map((_, at) => at + i),
    }));
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
