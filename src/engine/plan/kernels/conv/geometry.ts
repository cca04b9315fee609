// Geometry and operands of a convolution and its two gradients, for both families, and what they cost. Not
// here: the kernels (tiles/, registers/).
import type { Value } from '../value.ts';

/**
 * Floating-point operations (a multiply-add is two) of the forward convolution, and of each of its two
 * gradients.
 */
export function convFlops(
  geometry: Pick<ConvGeometry, 'batch' | 'outHeight' | 'outWidth' | 'ins' | 'outs' | 'kernel'>,
): number {
  const { batch, outHeight, outWidth, ins, outs, kernel: edge } = geometry;
  return 2 * batch * outHeight * outWidth * ins * outs * edge * edge;
}

export interface ConvGeometry {
  batch: number;
  /** Size of the picture over which the filter slides; with `upsample` twice the size of x. */
  height: number;
  width: number;
  /** Input channels. */
  ins: number;
  outHeight: number;
  outWidth: number;
  /** Output channels. */
  outs: number;
  /** Edge of the square filter. */
  kernel: 1 | 3;
  stride: 1 | 2;
  /**
   * Rows and columns of zero padding above and to the left; below and to the right, every missing pixel is
   * zero too.
   */
  padBefore: 0 | 1;
  /** x is [B, height / 2, width / 2, ins] and is read as if upsampled by 2 (nearest). */
  upsample: boolean;
}

/** y = conv(x, weight) + bias (+ perChannel at every pixel) (+ residual), as torch.nn.functional.conv2d. */
export interface ConvForward {
  /** [B, height, width, ins]; with `upsample` half as high and wide. */
  x: Value;
  /** [k, k, ins, outs] */
  weight: Value;
  /** [outs] */
  bias: Value;
  /** [B, outs]; may be a column range of a wider matrix. */
  perChannel: Value | null;
  /** [B, outHeight, outWidth, outs] */
  residual: Value | null;
  /** [B, outHeight, outWidth, outs] */
  y: Value;
}

/**
 * dx = transposed convolution of dy with weight (+ add). If `add` is dx itself, the gradient accumulates in
 * place.
 */
export interface ConvInputGradient {
  /** [B, outHeight, outWidth, outs] */
  dy: Value;
  weight: Value;
  add: Value | null;
  /** [B, height, width, ins]: the gradient of the upsampled picture if `upsample`. */
  dx: Value;
}

/**
 * For each tap: gradient [k, k, ins, outs] = sum over output pixels of x (shifted by the tap) times dy; added
 * to the gradient's old value if any bit of control[0] is set.
 */
export interface ConvFilterGradient {
  x: Value;
  dy: Value;
  /**
   * Temporary of shape `filterPartialShape(...)`, if not null: the sums of each split, added in fixed order.
   */
  partial: Value | null;
  control: Value;
  gradient: Value;
  /**
   * [filterSplits(...), outs]: dy summed over the pixels of each split; the sum of its rows is the bias's
   * gradient. Null: not computed.
   */
  biasSums: Value | null;
}
