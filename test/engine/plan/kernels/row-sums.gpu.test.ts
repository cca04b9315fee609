// The gradients of one-dimensional parameters, summed from rows, agree with float64.
import { expect, test } from 'vitest';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { rowSums } from '../../../../src/engine/plan/kernels/row-sums.ts';
import { wavy } from '../../reference.ts';
import { difference } from './comparison.ts';
import { runKernels, value } from './run-kernels.ts';
import { REGISTERS, TILES } from '../targets.ts';

async function claimRowSums(target: Target, adds: boolean) {
  // Three rows of two elements and two rows of four; between them a gap of two elements without rows.
  const [sums, gradient] = [value('sums', [14]), value('gradient', [8])];
  const [start, stride] = [value('start', [8], 'u32'), value('stride', [8], 'u32')];
  const [rows, control] = [value('rows', [8], 'u32'), value('control', [4])];
  const starts = [0, 1, 0, 0, 6, 7, 8, 9];
  const strides = [2, 2, 0, 0, 4, 4, 4, 4];
  const counts = [3, 3, 0, 0, 2, 2, 2, 2];
  const given = wavy([14], 1).data;
  const before = wavy([8], 2).data;
  const expected = starts.map((at, i) => {
    const terms = Array.from(
      { length: counts[i] as number },
      (_, row) => given[at + row * (strides[i] as number)],
    );
    return terms.reduce((sum: number, term) => sum + (term as number), adds ? (before[i] as number) : 0);
  });
  const read = await runKernels(
    rowSums(target, 8, { sums, start, stride, rows, control, gradient }),
    new Map<typeof sums, ArrayLike<number>>([
      [sums, given],
      [start, Uint32Array.from(starts)],
      [stride, Uint32Array.from(strides)],
      [rows, Uint32Array.from(counts)],
      [control, Uint32Array.of(adds ? 1 : 0, 0, 0, 0)],
      // Without accumulation the old gradient stays NaN: the kernel must not read it.
      ...(adds ? [[gradient, before] as const] : []),
    ]),
  );
  expect(difference(read(gradient), expected)).toBeLessThan(1e-6);
}

test('registers: rows are added, with and without the old gradient', async () => {
  await claimRowSums(REGISTERS, false);
  await claimRowSums(REGISTERS, true);
});

test.runIf(import.meta.env['VITE_KERNEL_SWEEP'])(
  'tiles: rows are added, with and without the old gradient',
  async () => {
    await claimRowSums(TILES, false);
    await claimRowSums(TILES, true);
  },
);
