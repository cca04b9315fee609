// What the two kernels of a weight's gradient for GPUs in software share: how pixels are cut into splits, what is bound, how a
// sum is put. Not here: what a split computes (conv-registers-filter-window.ts, conv-registers-filter-taps.ts).
import { type ConvGeometry, convFlops } from '../geometry.ts';
import { optional, QUAD, type Quads, spread } from './quads.ts';
import { lines, range } from '../../wgsl-text.ts';
import { gridOf, type Kernel, kernel } from '../../kernel.ts';
import type { Value } from '../../value.ts';

/** How a shape is cut: tiles of the weight, and steps that a tile takes over the pixels. */
export interface FilterPlan {
  tiles(geometry: ConvGeometry): number;
  steps(geometry: ConvGeometry): number;
  /** Of a split: with fewer, the dispatch that adds the splits costs more than they gain. */
  leastSteps: number;
}

export interface FilterValues {
  x: Value;
  dy: Value;
  control: Value;
  /** Partial sums, or the gradient itself where there is one split. */
  target: Value;
  biasSums: Value | null;
}

/** What is a kernel's own. */
interface FilterKernel {
  plan: FilterPlan;
  /** Tiles over the channels that are read. */
  inTiles: number;
  /** Channels that are made, of a tile. */
  outsPerTile: number;
  params: Record<string, number>;
  body: (quads: boolean) => string;
}

export function filterKernel(
  { subgroups }: Quads,
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

/** `slot_0` to `slot_3`: which of the quad's channels a lane holds; without quads each in turn, one brace to be closed. */
export const eachSlot = (quads: boolean): string =>
  quads ? spread(quads, 'slot', `lane % ${QUAD}u`) : `for (var slot_0 = 0u; slot_0 < ${QUAD}u; slot_0++) {`;

/** Sum `n` of `all` to `sums[to]`; where there is one split, it may be added to what is there. */
export const PUT_SUM = `var result = all[n];
    if (params.whole != 0u && control[0] != 0u) { result += sums[to]; }
    sums[to] = result;`;

/** `bias{c}`, a group of channels' dy summed over the split: by the tiles of the first channels that are read, where it is wanted. */
export const putBias = (groups: number, first: string): string => `if (${first} & (params.biased != 0u)) {
${lines(range(groups), (c) => `if (firstOut + ${QUAD * c}u < params.outs) { biasSums[split * params.outs + firstOut + ${QUAD * c}u] = bias${c}; }`)}
}`;
