// Group norm's kernels against plain float64 loops and central differences of them, for any shape. Not a test: the tests call it.
import { expect } from 'vitest';
import { groupNormBackward, groupNormForward } from '../../../src/engine/plan/group-norm.ts';
import type { GroupNormGeometry } from '../../../src/engine/plan/group-norm.ts';
import type { Family, Value } from '../../../src/engine/plan/kernel.ts';
import { centralDifferences, type Plain, referenceOps, wavy } from '../reference.ts';
import { runKernels, value } from './run-kernels.ts';

/** Largest difference, relative to the largest expected number. */
export function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const most = Array.from(expected).reduce((max, y) => Math.max(max, Math.abs(y)), 1e-30);
  return Array.from(expected).reduce((max, y, i) => {
    const off = Math.abs((got[i] as number) - y) / most;
    return Number.isNaN(off) ? Infinity : Math.max(max, off);
  }, 0);
}

/** The gradient added to: none, one that lies elsewhere, or the result's own place. */
export type Adding = 'nothing' | 'other' | 'in place';

export interface Adds {
  add: Value | null;
  dx: Value;
  given: [Value, Float64Array][];
  before: Float64Array;
}

export function adding(how: Adding, shape: number[], seed: number): Adds {
  const dx = value('dx', shape);
  const before = wavy(shape, seed).data;
  if (how === 'nothing') return { add: null, dx, given: [], before: before.fill(0) };
  const add = how === 'other' ? value('add', shape) : dx;
  return { add, dx, given: [[add, before]], before };
}

/** Inputs around 3, so that a variance by one pass would be off. */
function inputs({ batch, pixels, channels }: GroupNormGeometry): [Plain, Plain, Plain] {
  const x = wavy([batch, pixels, 1, channels], 1);
  x.data.forEach((each, i) => (x.data[i] = Math.fround(each + 3)));
  return [x, wavy([channels], 2), wavy([channels], 3)];
}

export async function claimGroupNorm(
  family: Family,
  geometry: GroupNormGeometry,
  how: Adding,
  claimGradients = true,
): Promise<void> {
  const { batch, pixels, channels, groups, eps, act } = geometry;
  const given = inputs(geometry);
  const forward = ([x, scale, shift]: Plain[]) =>
    referenceOps.groupNorm(x as Plain, scale as Plain, shift as Plain, groups, eps, act);
  const shape = [batch, pixels, channels];
  const [x, y, dy] = [value('x', shape), value('y', shape), value('dy', shape)];
  const affine = value('scale and shift', [2 * channels]);
  const stats = value('stats', [batch, groups, 2]);
  const sums = value('sums', [batch, 2 * channels]);
  const cotangent = wavy(given[0].shape, 4);
  const to = adding(how, shape, 5);
  const kernels = [
    ...groupNormForward(family, geometry, { x, affine, y, stats }),
    ...groupNormBackward(family, geometry, {
      ...{ x, stats, affine, dy, sums },
      ...{ add: to.add, dx: to.dx },
    }),
  ];
  const read = await runKernels(
    kernels,
    new Map([
      [x, given[0].data],
      [affine, Float64Array.of(...given[1].data, ...given[2].data)],
      [dy, cotangent.data],
      ...to.given,
    ]),
  );
  expect(difference(read(y), forward(given).data)).toBeLessThan(1e-5);
  if (!claimGradients) return;
  const gradients = centralDifferences(forward, given, cotangent);
  const dx = (gradients[0] as Plain).data.map((d, i) => d + (to.before[i] as number));
  expect(difference(read(to.dx), dx)).toBeLessThan(1e-4);
  const got = read(sums);
  for (const [i, gradient] of gradients.slice(1).entries()) {
    const total = Array.from({ length: channels }, (_, c) => {
      let all = 0;
      for (let b = 0; b < batch; b++) all += got[(2 * b + i) * channels + c] as number;
      return all;
    });
    expect(difference(total, gradient.data)).toBeLessThan(1e-4);
  }
}
