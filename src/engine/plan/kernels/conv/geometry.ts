// What a convolution costs, in any of its three directions. Not here: its kernels.
import type { Value } from '../value.ts';

/** Floating-point operations, multiply and add counted apart; forward, and each of the two gradients, costs the same. */
export function convFlops(
  geometry: Pick<ConvGeometry, 'batch' | 'outHeight' | 'outWidth' | 'ins' | 'outs' | 'kernel'>,
): number {
  const { batch, outHeight, outWidth, ins, outs, kernel: edge } = geometry;
  return 2 * batch * outHeight * outWidth * ins * outs * edge * edge;
}

export interface ConvGeometry {
  batch: number;
  /** Of the picture the taps walk over: with `upsample` twice that of x. */
  height: number;
  width: number;
  ins: number;
  outHeight: number;
  outWidth: number;
  outs: number;
  kernel: 1 | 3;
  stride: 1 | 2;
  /** Zeros above and to the left of the picture; what is missing below and to the right is zero too. */
  padBefore: 0 | 1;
  /** x is [B, height / 2, width / 2, ins] and read as if each pixel were doubled both ways (nearest). */
  upsample: boolean;
}

/** y = conv(x, weight) + bias (+ perChannel at every pixel) (+ residual). weight [k, k, ins, outs]; y [B, outHeight, outWidth, outs]. */
export interface ConvForward {
  x: Value;
  weight: Value;
  bias: Value;
  /** [B, outs] */
  perChannel: Value | null;
  /** As y. */
  residual: Value | null;
  y: Value;
}

/** dx = conv transposed (dy, weight) (+ add). dx [B, height, width, ins], before any upsampling is undone. `add` may be dx itself: then in place. */
export interface ConvInputGradient {
  dy: Value;
  weight: Value;
  add: Value | null;
  dx: Value;
}

/**
 * gradient [k, k, ins, outs] = sum over pixels of x (shifted by the tap) times dy; in addition to what is there where
 * control[0] is not zero. `partial` of `filterPartialShape(...)` holds the sums of each split, added in fixed order.
 * biasSums [filterSplits(...), outs] = dy summed over the pixels of each split: together the bias's gradient. Null: not wanted.
 */
export interface ConvFilterGradient {
  x: Value;
  dy: Value;
  partial: Value | null;
  control: Value;
  gradient: Value;
  biasSums: Value | null;
}
