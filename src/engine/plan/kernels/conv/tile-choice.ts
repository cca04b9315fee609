// Which tile shape each convolution of a plan takes: chosen by timing on GPUs in hardware (tune-tiles.ts), the default of
// conv-tiles-shapes.ts where nothing was timed. Every shape gives the same bits, so a choice is about speed alone.
import type { ConvGeometry } from './geometry.ts';
import { TILE_SHAPES, type TileShape } from './tiles/shapes.ts';

/** Names of TILE_SHAPES by `choiceKey`: plain data, kept with the device and in checkpoints. */
export type TileChoices = Readonly<Record<string, string>>;

export type ConvWay = 'forward' | 'input gradient' | 'filter gradient';

export function choiceKey(way: ConvWay, geometry: ConvGeometry): string {
  const { batch, height, width, ins, outs, kernel, stride, padBefore, upsample } = geometry;
  const rest = [kernel, stride, padBefore, Number(upsample)].join('');
  return `${way} ${[batch, height, width, ins, outs].join('x')} ${rest}`;
}

/** Undefined where nothing was chosen, or where what was chosen is no shape of this version. */
export function chosenTile(
  choices: TileChoices,
  way: ConvWay,
  geometry: ConvGeometry,
): TileShape | undefined {
  const name = choices[choiceKey(way, geometry)];
  return TILE_SHAPES.find((shape) => shape.name === name);
}
