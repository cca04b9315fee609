// Claims: the noise of a batch is drawn once, for the sample and the target, and a batch that is given whole
// is passed on as it is. Not here: what the mixture is (test/diffusion/target.test.ts).
import { expect, test, vi } from 'vitest';
import { givenBatch } from '../../../src/engine/eager/given-batch.ts';
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
