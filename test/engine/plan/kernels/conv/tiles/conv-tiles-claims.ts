// The claim that all tile shapes of the convolutions for GPUs in hardware give the same bits. Not a test: the
// tests call it.
import { expect } from 'vitest';
import type { ConvGeometry } from '../../../../../../src/engine/plan/kernels/conv/geometry.ts';
import {
  convFilterGradient,
  convForward,
  convInputGradient,
} from '../../../../../../src/engine/plan/kernels/conv/tiles/conv-tiles.ts';
import type { TileShape } from '../../../../../../src/engine/plan/kernels/conv/tiles/shapes.ts';
import type { Kernel } from '../../../../../../src/engine/plan/kernels/kernel.ts';
import type { Value } from '../../../../../../src/engine/plan/kernels/value.ts';
import { wavy } from '../../../../reference.ts';
import { TILES } from '../../../targets.ts';
import { splitValues } from '../conv-cases.ts';
import { runKernels, value } from '../../run-kernels.ts';

const RESULTS = ['y', 'dx', 'gradient', 'biasSums'] as const;

/** The results named in `claimed` (default: all) have the same bits with every tile shape of `shapes`. */
export async function claimSameBits(
  geometry: ConvGeometry,
  shapes: readonly TileShape[],
  claimed: readonly (typeof RESULTS)[number][] = RESULTS,
): Promise<void> {
  const { batch, height, width, ins, outs, outHeight, outWidth, kernel: edge } = geometry;
  const given = new Map<Value, ArrayLike<number>>();
  const give = (label: string, shape: number[], seed: number) => {
    const each = value(label, shape);
    given.set(each, wavy(shape, seed).data);
    return each;
  };
  const shared = {
    x: give('x', [batch, height, width, ins], 1),
    weight: give('weight', [edge, edge, ins, outs], 2),
    dy: give('dy', [batch, outHeight, outWidth, outs], 3),
    bias: give('bias', [outs], 4),
    control: value('control', [4]),
    perChannel: null,
    residual: null,
    add: null,
  };
  given.set(shared.control, new Uint32Array(4));
  const kernels: Kernel[] = [];
  const results = shapes.map((tile) => {
    const result = {
      y: value('y', shared.dy.shape as number[]),
      dx: value('dx', shared.x.shape as number[]),
      gradient: value('gradient', shared.weight.shape as number[]),
      ...splitValues(TILES, geometry),
    };
    const values = { ...shared, ...result };
    if (claimed.includes('y')) kernels.push(...convForward(TILES, geometry, values, tile));
    if (claimed.includes('dx')) kernels.push(...convInputGradient(TILES, geometry, values, tile));
    if (claimed.includes('gradient')) kernels.push(...convFilterGradient(TILES, geometry, values, tile));
    return { name: tile.name, ...result };
  });
  const read = await runKernels(kernels, given);
  const bits = (each: Value) => new Uint32Array(read(each).buffer);
  const [first, ...others] = results as [(typeof results)[number], ...typeof results];
  for (const { name, ...other } of others) {
    for (const key of claimed) {
      expect(bits(other[key]), `${key} in tiles of ${name}, as of ${first.name}`).toEqual(bits(first[key]));
    }
  }
}
