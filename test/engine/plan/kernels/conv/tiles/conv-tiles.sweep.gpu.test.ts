// The convolution kernels for GPUs in hardware at odd shapes, each with one of the tile shapes in turn, and
// the bits of every tile shape compared with the others: `VITE_KERNEL_SWEEP=1 npx vitest run --project gpu`.
import { describe, expect, test } from 'vitest';
import { convForward } from '../../../../../../src/engine/plan/kernels/conv/tiles/conv-tiles.ts';
import { TILE_SHAPES } from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import { wavy } from '../../../../reference.ts';
import { claimConv, DECISIVE_CASES, geometryOf, nameOf, oracle, SWEEP_CASES } from '../conv-cases.ts';
import { TILES } from '../../../targets.ts';
import { claimSameBits } from './conv-tiles-claims.ts';
import { difference } from '../../comparison.ts';
import { runKernels, value } from '../../run-kernels.ts';

describe.runIf(import.meta.env['VITE_KERNEL_SWEEP'])('tiled convolutions', () => {
  for (const [i, one] of [...DECISIVE_CASES, ...SWEEP_CASES].entries()) {
    const tile = TILE_SHAPES[i % TILE_SHAPES.length] as (typeof TILE_SHAPES)[number];
    test(`${nameOf(one)}, in ${tile.name}`, () => claimConv(TILES, one, tile));
  }

  /**
   * Whole and torn tiles, several of the largest shape along both axes; blocks within a tap, across taps,
   * shortened.
   */
  const GEOMETRIES = [
    geometryOf([2, 16, 16, 16, 136]),
    geometryOf([1, 13, 11, 36, 20]),
    geometryOf([1, 9, 7, 3, 5]),
    geometryOf([2, 14, 12, 32, 8], { stride: 2 }),
    geometryOf([1, 9, 11, 12, 16], { stride: 2, padding: 'after' }),
    geometryOf([4, 150, 1, 144, 132], { kernel: 1 }),
  ];
  // Each test compiles two dozen pipelines, which takes minutes on a busy machine.
  for (const geometry of GEOMETRIES) {
    test(
      `${nameOf({ geometry })}: the same bits in all tiles`,
      () => claimSameBits(geometry, TILE_SHAPES),
      900_000,
    );
  }

  test('a convolution can be added to its own input', async () => {
    const geometry = geometryOf([1, 5, 6, 8, 8]);
    const [x, weight] = [wavy([1, 5, 6, 8], 1).data, wavy([3, 3, 8, 8], 2).data];
    const values = {
      x: value('x', [1, 5, 6, 8]),
      weight: value('weight', [3, 3, 8, 8]),
      bias: value('bias', [8]),
      y: value('y', [1, 5, 6, 8]),
    };
    const kernels = convForward(TILES, geometry, { ...values, perChannel: null, residual: values.x });
    const given = new Map([
      [values.x, x],
      [values.weight, weight],
      [values.bias, new Float64Array(8)],
    ]);
    const read = await runKernels(kernels, given);
    const { y } = oracle(geometry, { x, weight, dy: x });
    const expected = y.map((sum, i) => sum + (x[i] as number));
    expect(difference(read(values.y), expected)).toBeLessThan(1e-5);
  });
});
