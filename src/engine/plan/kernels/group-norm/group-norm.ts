// Group normalisation of a plan, with the silu that may follow it: what is asked of its kernels, and which family answers.
// Wu & He 2018. Not here: the kernels (group-norm-tiles.ts, group-norm-registers.ts).
import * as registers from './group-norm-registers.ts';
import * as tiles from './group-norm-tiles.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { GroupNormGeometry, GroupNormForward, GroupNormBackward } from './geometry.ts';

const kernelsFor = ({ family }: Target) => (family === 'tiles' ? tiles : registers);

export const groupNormForward = (
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormForward,
): Kernel[] => kernelsFor(target).groupNormForward(geometry, values);

export const groupNormBackward = (
  target: Target,
  geometry: GroupNormGeometry,
  values: GroupNormBackward,
): Kernel[] => kernelsFor(target).groupNormBackward(geometry, values);
