// The tile shape of each convolution of a plan: chosen by timing on GPUs in hardware (run/tune-tiles.ts),
// else by the rule `defaultTile` of tiles/shapes.ts. Every shape gives the same bits, so the choice changes
// speed alone.
import type { ConvGeometry } from './geometry.ts';
import type { Target } from '../target.ts';
import { type PairOfTiles, pairNamed, tileNamed, type TileShape } from './tiles/shapes.ts';

/** `choiceKey` to the name of a tile shape or a pair: plain data, kept with the device and in checkpoints. */
export type TileChoices = Readonly<Record<string, string>>;

/**
 * What of a convolution runs in one dispatch, and so is timed as one: a filter gradient alone where the input
 * does not learn, else `gradients`, both of them.
 */
export type ConvWay = 'forward' | 'filter gradient' | 'gradients';

/**
 * Identifies a convolution in TileChoices: "forward 4x32x32x64x64 3110". Convolutions of one key take one
 * tile shape, or one pair.
 */
export function choiceKey(way: ConvWay, geometry: ConvGeometry): string {
  const { batch, height, width, ins, outs, kernel, stride, padBefore, upsample } = geometry;
  const rest = [kernel, stride, padBefore, Number(upsample)].join('');
  return `${way} ${[batch, height, width, ins, outs].join('x')} ${rest}`;
}

/**
 * The chosen tile shape; undefined if none was chosen, or if this version or GPU has no shape of the chosen
 * name.
 */
export function chosenTile(
  target: Target,
  choices: TileChoices,
  way: Exclude<ConvWay, 'gradients'>,
  geometry: ConvGeometry,
): TileShape | undefined {
  const name = choices[choiceKey(way, geometry)];
  return name === undefined ? undefined : tileNamed(target, name);
}

/** The chosen pair for both gradients; undefined as for a tile shape. */
export function chosenPair(
  target: Target,
  choices: TileChoices,
  geometry: ConvGeometry,
): PairOfTiles | undefined {
  const name = choices[choiceKey('gradients', geometry)];
  return name === undefined ? undefined : pairNamed(target, name);
}
