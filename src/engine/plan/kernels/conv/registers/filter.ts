// The gradient of a convolution's filter for GPUs in software. The reduction over pixels is divided into
// splits (split-K); a second kernel adds the splits in order. Not here: what a split computes, for 3x3 of
// stride 1 (filter-window.ts) and for all others (filter-taps.ts).
import type { ConvFilterGradient, ConvGeometry } from '../geometry.ts';
import { FILTER_TAPS, filterTaps } from './filter-taps.ts';
import { FILTER_WINDOW, filterWindow } from './filter-window.ts';
import type { QuadTarget } from './quads.ts';
import { gridOf, type Kernel, kernel } from '../../kernel.ts';
import { elementsOf, type Value } from '../../value.ts';

/** Tiles (times splits) of a dispatch at least, so that two cores share the work evenly. */
const TILES_WANTED = 32;
const LANES = 64;

const isWindow = ({ kernel: edge, stride }: ConvGeometry) => edge === 3 && stride === 1;

const planOf = (geometry: ConvGeometry) => (isWindow(geometry) ? FILTER_WINDOW : FILTER_TAPS);

/** Number of splits, at least 1: a function of the geometry alone. */
export function filterSplits(geometry: ConvGeometry): number {
  const plan = planOf(geometry);
  const wanted = Math.ceil(TILES_WANTED / plan.tiles(geometry));
  const possible = Math.floor(plan.steps(geometry) / plan.leastSteps);
  return Math.max(1, Math.min(wanted, possible));
}

/** One kernel for the sums of each split and, if there are several splits, one that adds them. */
export function convFilterGradient(
  target: QuadTarget,
  geometry: ConvGeometry,
  values: ConvFilterGradient,
): Kernel[] {
  const { x, dy, partial, control, gradient, biasSums } = values;
  const splits = filterSplits(geometry);
  const make = isWindow(geometry) ? filterWindow : filterTaps;
  const sums = make(target, geometry, splits, { x, dy, control, target: partial ?? gradient, biasSums });
  return partial ? [sums, reduce(splits, partial, control, gradient)] : [sums];
}

/**
 * gradient = (its old value, if any bit of control[0] is set) + the sum of the splits, added first to last.
 */
function reduce(splits: number, partial: Value, control: Value, gradient: Value): Kernel {
  const count = elementsOf(gradient);
  return kernel('registers', {
    op: 'conv filter gradient',
    bindings: {
      partial: { value: partial, access: 'read' },
      control: { value: control, access: 'read', type: 'u32' },
      gradient: { value: gradient, access: 'update' },
    },
    params: { count, splits },
    workgroupSize: [LANES, 1, 1],
    workgroups: gridOf(count, LANES),
    body: `
let i = (group.y * 32768u + group.x) * ${LANES}u + lane;
if (i >= params.count) { return; }
var sum = 0.0;
for (var s = 0u; s < params.splits; s++) { sum += partial[s * params.count + i]; }
if (control[0] != 0u) { sum += gradient[i]; }
gradient[i] = sum;`,
    flops: splits * count,
  });
}
