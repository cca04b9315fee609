// Claims: the noise of a batch is drawn once, for the sample and the target, and a batch that is given whole
// is passed on as it is; bytes are values. Not here: what the mixture is (test/diffusion/target.test.ts).
import { expect, test, vi } from 'vitest';
import { givenBatch } from '../../../src/engine/eager/given-batch.ts';
import { pictureValues } from '../../../src/engine/picture-values.ts';
import { normals, STREAMS } from '../../../src/random.ts';

vi.mock(import('../../../src/random.ts'), async (original) => {
  const random = await original();
  return { ...random, normals: vi.fn(random.normals) };
});

test('a noised batch draws its noise once; a given batch draws none', () => {
  const given = givenBatch({
    inputs: { timestep: { data: Float32Array.of(7), shape: [1] } },
    pictures: { data: Float32Array.of(0.5, -0.5), shape: [1, 1, 2, 1] },
    mixture: Float32Array.of(1, 2, 0, 1),
    noise: { seed: 3, step: 5, stream: STREAMS.noise, first: 4 },
    sampleWeights: Float32Array.of(1),
  });
  expect(normals).toHaveBeenCalledExactlyOnceWith(3, 5, STREAMS.noise, 2, 4);
  const [a = NaN, b = NaN] = given.target;
  expect([...given.inputs.sample.data]).toEqual([Math.fround(0.5 + 2 * a), Math.fround(2 * b - 0.5)]);

  expect(givenBatch(given)).toBe(given);
  expect(normals).toHaveBeenCalledTimes(1);
});

test('bytes are the values of their float64 division, and a picture is mirrored within its rows', () => {
  const bytes = (...data: number[]): Float32Array => Float32Array.from(data, (byte) => byte / 127.5 - 1);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(pictureValues({ data: all, shape: [1, 16, 16, 1] })).toEqual(bytes(...all));
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18);
  const given = { data, shape: [2, 2, 2, 2] as const, mirrored: [false, true] };
  expect(pictureValues(given)).toEqual(bytes(1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 11, 12, 17, 18, 15, 16));
});
