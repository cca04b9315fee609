// What is asked of the kernels of a group norm: shapes and values, for both families. Not here: the kernels.
import type { Value } from '../value.ts';

export interface GroupNormGeometry {
  batch: number;
  /** H W of a picture. */
  pixels: number;
  /** Divides by `groups`. */
  channels: number;
  groups: number;
  eps: number;
  act: 'none' | 'silu';
}

/** y = act((x - mean) / sqrt(variance + eps) scale + shift), mean and biased variance over a group's pixels and channels. */
export interface GroupNormForward {
  /** [B, pixels, C], as y. */
  x: Value;
  /** x is made on the way: the channels of a, then those of b. */
  joins: { a: Value; b: Value } | null;
  /** [2 C]: scale, then shift. */
  affine: Value;
  y: Value;
  /** [B, groups, 2]: mean and 1 / sqrt(variance + eps), for the backward pass. */
  stats: Value;
}

/** Where the gradient of a part goes; `onto`: it is added to what is there. */
export interface PartGradient {
  value: Value;
  onto: boolean;
}

/** The gradient of x (+ add, which may be dx itself: then in place), or that of its two parts. */
export interface GroupNormBackward {
  x: Value;
  stats: Value;
  affine: Value;
  dy: Value;
  add: Value | null;
  to: { dx: Value } | { a: PartGradient; b: PartGradient };
  /** [B, 2 C]: each picture's gradients of scale and shift. */
  sums: Value;
  /** [B, C]: dx summed over the pixels of each picture; may be columns of a wider matrix. Not of two parts. Null: not wanted. */
  pictureSums: Value | null;
}
