// The tile shape of each convolution of a plan: chosen by timing on GPUs in hardware (run/tune-tiles.ts),
// else by the rule `defaultTile` of tiles/shapes.ts. Every shape gives the same bits, so the choice changes
// speed alone.
import type { ConvGeometry } from './geometry.ts';
import type { Target } from '../target.ts';
import { tileNamed, type TileShape } from './tiles/shapes.ts';

/** `choiceKey` to the name of a tile shape: plain data, kept with the device and in checkpoints. */
export type TileChoices = Readonly<Record<string, string>>;

/** The three operations of a convolution. */
export type ConvWay = 'forward' | 'input gradient' | 'filter gradient';

/**
 * Identifies a convolution in TileChoices: "forward 4x32x32x64x64 3110". Convolutions of one key take one
 * tile shape.
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
  way: ConvWay,
  geometry: ConvGeometry,
): TileShape | undefined {
  const name = choices[choiceKey(way, geometry)];
  return name === undefined ? undefined : tileNamed(target, name);
}
