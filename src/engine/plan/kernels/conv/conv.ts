// Convolutions and linear layers of a plan: calls the kernels of the target's family. A linear layer is a 1x1
// convolution over its rows. Not here: shapes and operands (geometry.ts), the kernels (tiles/conv-tiles.ts,
// registers/conv-registers.ts).
import * as registers from './registers/conv-registers.ts';
import * as tiles from './tiles/conv-tiles.ts';
import { convGradients as gradientsInTiles } from './tiles/gradients.ts';
import type { PairOfTiles, TileShape } from './tiles/shapes.ts';
import type { Kernel } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { ConvGeometry, ConvForward, ConvInputGradient, ConvFilterGradient } from './geometry.ts';

/**
 * y of `ConvForward`. `tile`, here and below: the tile shape, for `tiles` only; default: a fixed rule
 * chooses. Results have the same bits with every tile shape.
 */
export const convForward = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvForward,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convForward(target, geometry, values, tile)
    : registers.convForward(target, geometry, values);

/** dx of `ConvInputGradient`. With stride 2, `registers` takes one dispatch for each parity of the pixels. */
export const convInputGradient = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvInputGradient,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convInputGradient(target, geometry, values, tile)
    : registers.convInputGradient(target, geometry, values);

/** The gradients of `ConvFilterGradient`. A second dispatch adds the splits, if there are several. */
export const convFilterGradient = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvFilterGradient,
  tile?: TileShape,
): Kernel[] =>
  target.family === 'tiles'
    ? tiles.convFilterGradient(target, geometry, values, tile)
    : registers.convFilterGradient(target, geometry, values);

/**
 * Both gradients in one dispatch, and a second one where `values.partial` is a value of its own; null where
 * only `convFilterGradient` and `convInputGradient` can compute them.
 */
export const convGradients = (
  target: Target,
  geometry: ConvGeometry,
  values: ConvFilterGradient & ConvInputGradient,
  chosen?: PairOfTiles,
): Kernel[] | null => (target.family === 'tiles' ? gradientsInTiles(target, geometry, values, chosen) : null);

/**
 * Number of splits of the filter gradient's reduction over pixels (split-K in GEMM's terms). A function of
 * family and geometry alone, because the split decides the order of additions and so the bits.
 */
export const filterSplits = ({ family }: Target, geometry: ConvGeometry): number =>
  (family === 'tiles' ? tiles : registers).filterSplits(geometry);

/** Shape of the filter gradient's partial sums, [splits, k, k, ins, outs]; null if there is one split. */
export function filterPartialShape(target: Target, geometry: ConvGeometry): number[] | null {
  const { kernel: edge, ins, outs } = geometry;
  const splits = filterSplits(target, geometry);
  return splits === 1 ? null : [splits, edge, edge, ins, outs];
}
