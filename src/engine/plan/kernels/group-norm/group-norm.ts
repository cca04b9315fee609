// Group normalisation of a plan, with the silu that may follow it: what is asked of its kernels, and which family answers.
// Wu & He 2018. Not here: the kernels (group-norm-tiles.ts, group-norm-registers.ts).
import * as registers from './group-norm-registers.ts';
import * as tiles from './group-norm-tiles.ts';
import type { Family, Kernel } from '../kernel.ts';
import type { GroupNormGeometry, GroupNormForward, GroupNormBackward } from './geometry.ts';

const familyOf = (family: Family) => (family === 'tiles' ? tiles : registers);

export const groupNormForward = (
  family: Family,
  geometry: GroupNormGeometry,
  values: GroupNormForward,
): Kernel[] => familyOf(family).groupNormForward(geometry, values);

export const groupNormBackward = (
  family: Family,
  geometry: GroupNormGeometry,
  values: GroupNormBackward,
): Kernel[] => familyOf(family).groupNormBackward(geometry, values);
