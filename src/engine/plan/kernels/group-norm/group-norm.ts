// Group normalisation (Wu & He 2018) with an optional silu behind it: calls the kernels of the target's
// family. Not here: shapes and operands (geometry.ts), the kernels (group-norm-tiles.ts,
// group-norm-registers.ts).
import * as registers from './group-norm-registers.ts';
import * as tiles from './group-norm-tiles.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { GroupNormGeometry, GroupNormForward, GroupNormBackward } from './geometry.ts';

const kernelsFor = ({ family }: Target) => (family === 'tiles' ? tiles : registers);

/** y of `GroupNormForward`, and the statistics for the backward pass. One dispatch. */
export const groupNormForward = (
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormForward,
): Kernel[] => kernelsFor(target).groupNormForward(geometry, values);

/** The gradients of `GroupNormBackward`. One dispatch. */
export const groupNormBackward = (
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormBackward,
): Kernel[] => kernelsFor(target).groupNormBackward(geometry, values);
