// The claim that the kernels of layer norm compute what plain float64 loops and their central differences do,
// for any shape. Not a test: the tests call it.
import { expect } from 'vitest';
import {
  layerNormBackward,
  layerNormBlocks,
  layerNormForward,
  type LayerNormGeometry,
} from '../../../../src/engine/plan/kernels/layer-norm.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { centralDifferences, type Plain, plain, referenceOps, wavy } from '../../reference.ts';
import { type Adding, adding, difference } from './comparison.ts';
import { runKernels, value } from './run-kernels.ts';

/**
 * y within 1e-5, gradients within 1e-4 of the largest number. x is around `mean`. `reachesX`: x has a
 * gradient.
 */
export async function claimLayerNorm(
  target: Target,
  geometry: LayerNormGeometry,
  how: Adding,
  { mean = 3, claimGradients = true, reachesX = true } = {},
): Promise<void> {
  const { rows, channels, eps } = geometry;
  const shape = [rows, channels];
  const waves = wavy(shape, 1);
  const inputs = [
    plain(shape, (i) => Math.fround(mean + (waves.data[i] as number))),
    plain([channels], (i) => Math.fround(1 + 0.5 * Math.sin(i))),
    wavy([channels], 3),
  ] as const;
  const [x, y, dy] = [value('x', shape), value('y', shape), value('dy', shape)];
  const [affine, stats] = [value('scale and shift', [2 * channels]), value('stats', [rows, 2])];
  const blocks = layerNormBlocks(geometry);
  const sums = value('sums', [blocks, 2 * channels]);
  const cotangent = wavy(shape, 4);
  const to = adding(how, shape, 5);
  const kernels = [
    ...layerNormForward(target, geometry, { x, affine, y, stats }),
    ...layerNormBackward(target, geometry, { x, stats, affine, dy, to: reachesX ? to : null, sums }),
  ];
  const read = await runKernels(
    kernels,
    new Map<typeof x, ArrayLike<number>>([
      [x, inputs[0].data],
      [affine, [...inputs[1].data, ...inputs[2].data]],
      [dy, cotangent.data],
      ...to.given,
    ]),
  );
  const forward = ([one, scale, shift]: Plain[]) =>
    referenceOps.layerNorm(one as Plain, scale as Plain, shift as Plain, eps);
  expect(difference(read(y), forward([...inputs]).data), 'y').toBeLessThan(1e-5);
  if (!claimGradients) return;
  const [dx, ...ofAffine] = centralDifferences(forward, [...inputs], cotangent) as [Plain, Plain, Plain];
  const wanted = dx.data.map((slope, i) => slope + (to.before[i] as number));
  if (reachesX) expect(difference(read(to.dx), wanted), 'dx').toBeLessThan(1e-4);
  const got = read(sums);
  const total = (from: number) =>
    Array.from({ length: channels }, (_, c) => {
      let all = 0;
      for (let block = 0; block < blocks; block++) all += got[2 * block * channels + from + c] as number;
      return all;
    });
  expect(difference(total(0), ofAffine[0].data), 'scale').toBeLessThan(1e-4);
  expect(difference(total(channels), ofAffine[1].data), 'shift').toBeLessThan(1e-4);
}
