// The convolution kernels for GPUs in hardware at every odd shape, the tiles' shapes going round, and each tile's bits against
// the others': `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, test } from 'vitest';
import { TILE_SHAPES } from '../../../src/engine/plan/conv-tiles.ts';
import { claimConv, DECISIVE_CASES, geometryOf, nameOf, SWEEP_CASES } from './conv-cases.ts';
import { claimSameBits, inTiles } from './conv-tiles-claims.ts';

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('tiled convolutions', () => {
  for (const [i, one] of [...DECISIVE_CASES, ...SWEEP_CASES].entries()) {
    const tile = TILE_SHAPES[i % TILE_SHAPES.length] as (typeof TILE_SHAPES)[number];
    test(`${nameOf(one)}, in ${tile.name}`, () => claimConv('tiles', inTiles(tile), one));
  }

  /** Whole tiles and torn ones, more than one of the largest each way; blocks within a tap, across taps, cut short. */
  const GEOMETRIES = [
    geometryOf([2, 16, 16, 16, 136]),
    geometryOf([1, 13, 11, 36, 20]),
    geometryOf([1, 9, 7, 3, 5]),
    geometryOf([2, 14, 12, 32, 8], { stride: 2 }),
    geometryOf([1, 9, 11, 12, 16], { stride: 2, padding: 'after' }),
    geometryOf([4, 150, 1, 144, 132], { kernel: 1 }),
  ];
  for (const geometry of GEOMETRIES) {
    test(`${nameOf({ geometry })}: the same bits in all tiles`, () => claimSameBits(geometry, TILE_SHAPES));
  }
});
