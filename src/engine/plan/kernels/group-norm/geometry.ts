// Geometry and operands of a group norm and its gradient, for both families. Not here: the kernels.
import type { Value } from '../value.ts';

export interface GroupNormGeometry {
  batch: number;
  /** Height x width of a picture. */
  pixels: number;
  /** A multiple of `groups`. */
  channels: number;
  groups: number;
  eps: number;
  act: 'none' | 'silu';
}

/**
 * y = act((x - mean) / sqrt(variance + eps) scale + shift), with mean and biased variance over the pixels and
 * channels of a group, as torch.nn.GroupNorm.
 */
export interface GroupNormForward {
  /** [B, pixels, C] */
  x: Value;
  /** If not null, the kernel also computes x: the concatenation of a's channels and b's channels. */
  joins: { a: Value; b: Value } | null;
  /** [2 C]: scale, then shift. */
  affine: Value;
  /** [B, pixels, C] */
  y: Value;
  /** [B, groups, 2]: mean and 1 / sqrt(variance + eps), for the backward pass. */
  stats: Value;
}

/**
 * Where the gradient of a concatenated input goes; `onto`: whether it is added to the value's old content.
 */
export interface InputGradient {
  value: Value;
  onto: boolean;
}

/**
 * The gradient of x (+ add): stored as `dx`, or split into the gradients of the concatenated inputs a and b.
 * If `add` is dx itself, the gradient accumulates in place.
 */
export interface GroupNormBackward {
  x: Value;
  stats: Value;
  affine: Value;
  dy: Value;
  add: Value | null;
  to: { dx: Value } | { a: InputGradient; b: InputGradient };
  /** [B, 2 C]: each picture's gradients of scale and shift. */
  sums: Value;
  /**
   * [B, C]: dx summed over the pixels of each picture; may be a column range of a wider matrix. Null: not
   * computed, as always where the gradient is split into a and b.
   */
  pictureSums: Value | null;
}
