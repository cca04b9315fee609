// Convolutions and matrix products of a plan: what is asked of their kernels, and which family answers.
// A linear layer is a 1x1 convolution over its rows. Not here: the kernels (conv-tiles.ts, conv-registers.ts).
import * as registers from './registers/conv-registers.ts';
import * as tiles from './tiles/conv-tiles.ts';
import type { TileShape } from './tiles/shapes.ts';
import type { Family, Kernel, Value } from '../kernel.ts';

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

/** tile: for `tiles` only; by default a fixed rule chooses. It never changes a bit. */
export const convForward = (
  family: Family,
  geometry: ConvGeometry,
  values: ConvForward,
  tile?: TileShape,
): Kernel[] =>
  family === 'tiles' ? tiles.convForward(geometry, values, tile) : registers.convForward(geometry, values);

export const convInputGradient = (
  family: Family,
  geometry: ConvGeometry,
  values: ConvInputGradient,
  tile?: TileShape,
): Kernel[] =>
  family === 'tiles'
    ? tiles.convInputGradient(geometry, values, tile)
    : registers.convInputGradient(geometry, values);

export const convFilterGradient = (
  family: Family,
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  tile?: TileShape,
): Kernel[] =>
  family === 'tiles'
    ? tiles.convFilterGradient(geometry, values, tile)
    : registers.convFilterGradient(geometry, values);

/** In how many parts the pixels are summed. A function of the shape alone: it decides the bits. */
export const filterSplits = (family: Family, geometry: ConvGeometry): number =>
  (family === 'tiles' ? tiles : registers).filterSplits(geometry);

/** [splits, k, k, ins, outs], or null where one pass over all pixels is enough. */
export function filterPartialShape(family: Family, geometry: ConvGeometry): number[] | null {
  const { kernel: edge, ins, outs } = geometry;
  const splits = filterSplits(family, geometry);
  return splits === 1 ? null : [splits, edge, edge, ins, outs];
}
