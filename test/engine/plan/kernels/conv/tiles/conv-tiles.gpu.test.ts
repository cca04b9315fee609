// The convolution kernels for GPUs in hardware agree with float64 loops, in a few cases that cover the code
// paths, and the tile shape changes no bit. Not here: all other shapes and tiles
// (conv-tiles.sweep.gpu.test.ts).
import { test } from 'vitest';
import { TILE_SHAPES } from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import { TILES } from '../../../targets.ts';
import { claimConv, type ConvCase, geometryOf, nameOf } from '../conv-cases.ts';
import { claimSameBits } from './conv-tiles-claims.ts';

/**
 * Blocks within a tap and across taps, and two splits; channels that are no multiples of 4; stride 2 by
 * parity.
 */
const CASES: ConvCase[] = [
  {
    geometry: geometryOf([4, 9, 8, 16, 20]),
    ...{ perChannel: 'columns', residual: true, add: 'in place', accumulate: true },
  },
  { geometry: geometryOf([1, 6, 5, 3, 5]), accumulate: true },
  { geometry: geometryOf([2, 6, 6, 4, 8], { stride: 2 }), add: 'other' },
];

for (const one of CASES) test(nameOf(one), () => claimConv(TILES, one));

test('two tile shapes give the same bits of y', () => {
  const shapes = TILE_SHAPES.filter(({ name }) => ['32x32 4x4', '64x64 8x8'].includes(name));
  return claimSameBits(geometryOf([1, 9, 8, 12, 36]), shapes, ['y']);
});
