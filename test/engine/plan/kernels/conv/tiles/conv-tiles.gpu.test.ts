// The convolution kernels for GPUs in hardware against float64 loops, at the few shapes that decide, and that a tile's shape
// changes no bit. Every odd shape in every tile is in conv-tiles.sweep.gpu.test.ts.
import { test } from 'vitest';
import { TILE_SHAPES } from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import { TILES } from '../../../targets.ts';
import { claimConv, type ConvCase, geometryOf, nameOf } from '../conv-cases.ts';
import { claimSameBits } from './conv-tiles-claims.ts';

/** Blocks within a tap and across taps, and two splits; channels that do not come in fours; parities apart. */
const CASES: ConvCase[] = [
  {
    geometry: geometryOf([2, 9, 8, 16, 20]),
    ...{ perChannel: 'columns', residual: true, add: 'in place', accumulate: true },
  },
  { geometry: geometryOf([1, 6, 5, 3, 5]), accumulate: true },
  { geometry: geometryOf([2, 6, 6, 4, 8], { stride: 2 }), add: 'other' },
];

for (const one of CASES) test(nameOf(one), () => claimConv(TILES, one));

test('two shapes of tiles give the same bits', () => {
  const shapes = TILE_SHAPES.filter(({ name }) => ['32x32 4x4', '128x128 8x8'].includes(name));
  return claimSameBits(geometryOf([1, 9, 8, 12, 36]), shapes, ['y']);
});
