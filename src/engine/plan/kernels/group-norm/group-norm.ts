// Group normalisation (Wu & He 2018) with an optional silu behind it: calls the kernels of the target's
// family, of `tiles` those that hold a picture in registers where it fits. Not here: shapes and operands
// (geometry.ts), what fits (held-layout.ts), the kernels (group-norm-held.ts, group-norm-tiles.ts,
// group-norm-registers.ts).
import { wideElementOf } from './group-norm-ends.ts';
import { heldBackward, heldForward } from './group-norm-held.ts';
import * as registers from './group-norm-registers.ts';
import * as tiles from './group-norm-tiles.ts';
import { heldLayoutOf } from './held-layout.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { GroupNormGeometry, GroupNormForward, GroupNormBackward } from './geometry.ts';

/** y of `GroupNormForward`, and the statistics for the backward pass. One dispatch. */
export function groupNormForward(
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormForward,
): Kernel[] {
  if (target.family === 'registers') return registers.groupNormForward(geometry, values);
  const type = wideElementOf(geometry, values.joins?.a);
  const layout = heldLayoutOf(target, geometry, type, 1);
  return layout ? heldForward(geometry, values, layout, type) : tiles.groupNormForward(geometry, values);
}

/** The gradients of `GroupNormBackward`. One dispatch. */
export function groupNormBackward(
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormBackward,
): Kernel[] {
  if (target.family === 'registers') return registers.groupNormBackward(geometry, values);
  const type = wideElementOf(geometry, 'a' in values.to ? values.to.a.value : null);
  const layout = heldLayoutOf(target, geometry, type, 2);
  return layout ? heldBackward(geometry, values, layout, type) : tiles.groupNormBackward(geometry, values);
}
