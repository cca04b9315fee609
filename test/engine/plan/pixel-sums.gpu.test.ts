// Sums over pixels and over pictures against float64.
import { describe, expect, test } from 'vitest';
import type { Family } from '../../../src/engine/plan/kernel.ts';
import { batchSums, pixelSums, type PixelSumsGeometry } from '../../../src/engine/plan/pixel-sums.ts';
import { wavy } from '../reference.ts';
import { difference } from './group-norm-claims.ts';
import { runKernels, value } from './run-kernels.ts';

async function claimPixelSums(family: Family, { batch, pixels, channels }: PixelSumsGeometry) {
  const [dy, sums] = [value('dy', [batch, pixels, channels]), value('sums', [batch, channels])];
  const given = wavy(dy.shape as number[], 1).data.map((x) => Math.fround(x + 1));
  const expected = new Float64Array(batch * channels);
  given.forEach((x, i) => {
    const at = Math.floor(i / (pixels * channels)) * channels + (i % channels);
    expected[at] = (expected[at] as number) + x;
  });
  const kernels = pixelSums(family, { batch, pixels, channels }, { dy, sums });
  const read = await runKernels(kernels, new Map([[dy, given]]));
  expect(difference(read(sums), expected)).toBeLessThan(1e-6);
}

async function claimBatchSums(family: Family, adds: boolean) {
  // Three pictures; two vectors of sums [3, 2] and [3, 5], the gradient with a gap that sums zeros.
  const [sums, gradient] = [value('sums', [24]), value('gradient', [8])];
  const [start, stride, control] = [value('start', [8]), value('stride', [8]), value('control', [4])];
  const given = wavy([24], 1).data;
  const starts = [0, 1, 21, 6, 7, 8, 9, 10];
  const strides = [2, 2, 1, 5, 5, 5, 5, 5];
  given.fill(0, 21);
  const before = wavy([8], 2).data;
  const expected = starts.map((at, i) =>
    [0, 1, 2].reduce((sum, b) => sum + (given[at + b * (strides[i] as number)] as number), 0),
  );
  const read = await runKernels(
    batchSums(family, { batch: 3, length: 8 }, { sums, start, stride, control, gradient }),
    new Map<typeof sums, ArrayLike<number>>([
      [sums, given],
      [start, Uint32Array.from(starts)],
      [stride, Uint32Array.from(strides)],
      [control, Uint32Array.of(adds ? 1 : 0, 0, 0, 0)],
      // NaN where it is not added to: nobody may have written it.
      ...(adds ? [[gradient, before] as const] : []),
    ]),
  );
  const total = expected.map((sum, i) => sum + (adds ? (before[i] as number) : 0));
  expect(difference(read(gradient), total)).toBeLessThan(1e-6);
}

test('registers: sums over pixels', async () => {
  await claimPixelSums('registers', { batch: 2, pixels: 49, channels: 5 });
});

test('sums over pictures, with and without what is there', async () => {
  await claimBatchSums('registers', false);
  await claimBatchSums('registers', true);
});

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('sums', () => {
  for (const family of ['tiles', 'registers'] as const) {
    for (const [batch, pixels, channels] of [
      [1, 1, 1],
      [3, 1, 7],
      [2, 33, 9],
      [1, 1024, 12],
      [5, 9, 300],
      [2, 47, 12],
    ] as const) {
      test(`${family} of [${batch}, ${pixels}, ${channels}]`, () =>
        claimPixelSums(family, { batch, pixels, channels }));
    }
  }
  test('over pictures, tiles', async () => {
    await claimBatchSums('tiles', false);
    await claimBatchSums('tiles', true);
  });
});
