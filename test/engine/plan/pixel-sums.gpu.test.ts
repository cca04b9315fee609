// Sums over pixels against float64.
import { describe, expect, test } from 'vitest';
import type { Family } from '../../../src/engine/plan/kernel.ts';
import { pixelSums, type PixelSumsGeometry } from '../../../src/engine/plan/pixel-sums.ts';
import { wavy } from '../reference.ts';
import { difference } from './group-norm-claims.ts';
import { fromColumns, runKernels, value } from './run-kernels.ts';

async function claimPixelSums(
  family: Family,
  { batch, pixels, channels }: PixelSumsGeometry,
  asColumns = false,
) {
  const [dy, own] = [value('dy', [batch, pixels, channels]), value('sums', [batch, channels])];
  const of = value('wider', [batch, 8 + channels + 4]);
  const sums = asColumns ? { ...own, columns: { of, first: 8 } } : own;
  const given = wavy(dy.shape as number[], 1).data.map((x) => Math.fround(x + 1));
  const expected = new Float64Array(batch * channels);
  given.forEach((x, i) => {
    const at = Math.floor(i / (pixels * channels)) * channels + (i % channels);
    expected[at] = (expected[at] as number) + x;
  });
  const kernels = pixelSums(family, { batch, pixels, channels }, { dy, sums });
  const read = await runKernels(kernels, new Map([[dy, given]]));
  expect(difference(fromColumns(sums, read), expected)).toBeLessThan(1e-6);
}

test('registers: sums over pixels', async () => {
  await claimPixelSums('registers', { batch: 2, pixels: 49, channels: 5 });
  await claimPixelSums('registers', { batch: 2, pixels: 49, channels: 8 }, true);
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
      test(`${family} of [${batch}, ${pixels}, ${channels}]`, async () => {
        await claimPixelSums(family, { batch, pixels, channels });
        if (channels % 4 === 0) await claimPixelSums(family, { batch, pixels, channels }, true);
      });
    }
  }
});
