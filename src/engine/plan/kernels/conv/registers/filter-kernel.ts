// What the two filter gradient kernels for GPUs in software share: splitting the pixels (split-K), bindings
// and parameters, storing a sum. Not here: what a split computes (filter-window.ts, filter-taps.ts).
import { type ConvGeometry, convFlops } from '../geometry.ts';
import { optional, QUAD, type QuadTarget, spread } from './quads.ts';
import { lines, range } from '../../wgsl-text.ts';
import { gridOf, type Kernel, kernel } from '../../kernel.ts';
import type { Value } from '../../value.ts';

/** How a filter gradient is divided: into tiles of the filter, and the reduction over pixels into steps. */
export interface FilterPlan {
  /** Tiles of the filter; one workgroup computes one tile of one split. */
  tiles(geometry: ConvGeometry): number;
  /** Steps of a tile over all pixels. */
  steps(geometry: ConvGeometry): number;
  /**
   * Fewest steps of a split; with fewer, the dispatch that adds the splits costs more than splitting gains.
   */
  leastSteps: number;
}

export interface FilterValues {
  x: Value;
  dy: Value;
  control: Value;
  /** The partial sums; the gradient itself if there is one split. */
  target: Value;
  biasSums: Value | null;
}

/** What differs between the two kernels. */
interface FilterKernel {
  plan: FilterPlan;
  /** Tiles along the input channels. */
  inTiles: number;
  /** Output channels of a tile. */
  outsPerTile: number;
  params: Record<string, number>;
  body: (quads: boolean) => string;
}

/**
 * One dispatch that writes the sums of every split to its own range of `values.target`, [splits, k, k, ins,
 * outs] (with one split: to the gradient). Sums of dy go to biasSums [splits, outs].
 */
export function filterKernel(
  { subgroups }: QuadTarget,
  geometry: ConvGeometry,
  splits: number,
  { x, dy, control, target, biasSums }: FilterValues,
  { plan, inTiles, outsPerTile, params, body }: FilterKernel,
): Kernel {
  const { height, width, ins, outs, outHeight, outWidth, padBefore, upsample } = geometry;
  const steps = plan.steps(geometry);
  const tiles = splits * plan.tiles(geometry);
  return kernel('registers', {
    op: 'conv filter gradient',
    bindings: {
      source: { value: x, access: 'read' },
      dy: { value: dy, access: 'read' },
      control: { value: control, access: 'read', type: 'u32' },
      sums: { value: target, access: splits === 1 ? 'update' : 'write' },
      biasSums: optional(biasSums, 0, 'write'),
    },
    params: {
      ...{ tiles, steps, height, width, outHeight, outWidth, padBefore, ins, outs, inTiles },
      stepsPerSplit: Math.ceil(steps / splits),
      outTiles: Math.ceil(outs / outsPerTile),
      up: Number(upsample),
      whole: Number(splits === 1),
      biased: Number(biasSums !== null),
      ...params,
    },
    workgroupSize: [QUAD, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(subgroups),
    quads: subgroups,
    flops: convFlops(geometry),
  });
}

/**
 * WGSL: `slot_0` to `slot_3`, the indices within a quad's four input channels that a lane holds, its own
 * first. Without quad operations it opens a loop over `slot_0` = 0..3 that the body has to close.
 */
export const eachSlot = (quads: boolean): string =>
  quads ? spread(quads, 'slot', `lane % ${QUAD}u`) : `for (var slot_0 = 0u; slot_0 < ${QUAD}u; slot_0++) {`;

/**
 * WGSL: stores all[n] in sums[to]. With one split, control[0] says whether it is added to the gradient's old
 * value.
 */
export const PUT_SUM = `var result = all[n];
    if (params.whole != 0u && control[0] != 0u) { result += sums[to]; }
    sums[to] = result;`;

/**
 * WGSL: stores `bias{c}`, the sum of dy over the split's pixels for each group of output channels, if
 * biasSums is bound. `first`: condition that holds for one tile along the input channels (and taps), so that
 * each sum is stored once.
 */
export const putBias = (groups: number, first: string): string => `if (${first} & (params.biased != 0u)) {
${lines(range(groups), (c) => `if (firstOut + ${QUAD * c}u < params.outs) { biasSums[split * params.outs + firstOut + ${QUAD * c}u] = bias${c}; }`)}
}`;
