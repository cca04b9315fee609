// Convolutions and matrix products of a plan: what is asked of their kernels, and which family answers.
// A linear layer is a 1x1 convolution over its rows. Not here: the kernels (conv-tiles.ts, conv-registers.ts).
import * as registers from './registers/conv-registers.ts';
import * as tiles from './tiles/conv-tiles.ts';
import type { TileShape } from './tiles/shapes.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { ConvGeometry, ConvForward, ConvInputGradient, ConvFilterGradient } from './geometry.ts';

/** tile: for `tiles` only; by default a fixed rule chooses. It never changes a bit. */
export const convForward = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvForward,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convForward(geometry, values, tile)
    : registers.convForward(target, geometry, values);

export const convInputGradient = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvInputGradient,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convInputGradient(geometry, values, tile)
    : registers.convInputGradient(target, geometry, values);

export const convFilterGradient = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convFilterGradient(geometry, values, tile)
    : registers.convFilterGradient(target, geometry, values);

/** In how many parts the pixels are summed. A function of the shape alone: it decides the bits. */
export const filterSplits = ({ family }: Target, geometry: ConvGeometry): number =>
  (family === 'tiles' ? tiles : registers).filterSplits(geometry);

/** [splits, k, k, ins, outs], or null where one pass over all pixels is enough. */
export function filterPartialShape(target: Target, geometry: ConvGeometry): number[] | null {
  const { kernel: edge, ins, outs } = geometry;
  const splits = filterSplits(target, geometry);
  return splits === 1 ? null : [splits, edge, edge, ins, outs];
}
