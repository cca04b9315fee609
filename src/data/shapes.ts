// The built-in data set that is drawn in code, at any size: circles, squares, triangles, rings and diamonds,
// with captions. Each picture is a function of its index alone. Not here: opening it as a set (sets.ts).
// Exported for the bench: COLOURS, BACKGROUNDS, KINDS, coverageOf, captionOfShape.
import { randomWords, STREAMS } from '../random.ts';
import type { DatasetInfo } from './api.ts';

export const SHAPES: DatasetInfo = {
  id: 'shapes',
  title: 'Shapes',
  count: 1024,
  // The largest image size of a run; each size is drawn anew.
  storedSize: 256,
  // SHA-256 over all pictures at 16 x 16, held by a test: a change of the drawing makes another data set.
  fingerprint: 'b3ee2899fd94dff03a4f25ce32c12d5247e8d74aef329a2664cda71beb311200',
  credit: 'Drawn by Perennial',
  builtIn: true,
  captions: true,
  classes: 5,
};

export type Rgb = readonly [number, number, number];

/** The article and the name in a caption, and the colour. */
export const COLOURS: readonly (readonly [string, Rgb])[] = [
  ['a red', [226, 62, 58]],
  ['an orange', [240, 140, 40]],
  ['a yellow', [242, 205, 60]],
  ['a green', [70, 172, 84]],
  ['a teal', [30, 168, 166]],
  ['a blue', [62, 116, 224]],
  ['a purple', [146, 86, 206]],
  ['a pink', [236, 110, 170]],
];

export const BACKGROUNDS: readonly (readonly [string, Rgb])[] = [
  ['dark', [24, 26, 34]],
  ['light', [240, 238, 230]],
];

/** Name, and whether a point lies inside: (x, y) from the shape's centre in units of its radius. */
export const KINDS: readonly (readonly [string, (x: number, y: number) => boolean])[] = [
  ['circle', (x, y) => x * x + y * y <= 1],
  ['square', (x, y) => Math.abs(x) <= 0.85 && Math.abs(y) <= 0.85],
  ['triangle', (x, y) => y <= 0.75 && Math.abs(x) <= (y + 1) * 0.55],
  ['ring', (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.36],
  ['diamond', (x, y) => Math.abs(x) * 1.25 + Math.abs(y) <= 1],
];

/** Where a shape lies, in units of the picture's edge: its centre and radius. */
export interface Place {
  x: number;
  y: number;
  radius: number;
}

/** The whole shape lies inside the picture. */
interface Shape extends Place {
  kind: (typeof KINDS)[number];
  colour: (typeof COLOURS)[number];
  background: (typeof BACKGROUNDS)[number];
}

function shapeOf(index: number, seed: number): Shape {
  const words = randomWords(seed, index, STREAMS.drawing, 6);
  const choose = <T>(word: number, among: readonly T[]) =>
    among[Math.floor(((words[word] as number) / 2 ** 32) * among.length)] as T;
  const between = (word: number, low: number, high: number) =>
    low + ((high - low) * (words[word] as number)) / 2 ** 32;
  const radius = between(3, 0.18, 0.38);
  return {
    kind: choose(0, KINDS),
    colour: choose(1, COLOURS),
    background: choose(2, BACKGROUNDS),
    radius,
    x: between(4, radius + 0.04, 0.96 - radius),
    y: between(5, radius + 0.04, 0.96 - radius),
  };
}

/** Points tested in a pixel, in each direction. */
const POINTS = 4;

/** Picture `index` as uint8 RGB [size, size, 3], anti-aliased by 16 points a pixel. `size`: from 1. */
export function drawShape(index: number, size: number, seed = 0): Uint8Array<ArrayBuffer> {
  const { kind, colour, background, ...place } = shapeOf(index, seed);
  const covered = coverageOf(kind, place, size);
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const under = background[1][i % 3] as number;
    const over = colour[1][i % 3] as number;
    return Math.floor(under + (over - under) * (covered[Math.floor(i / 3)] as number) + 0.5);
  });
}

/** The fraction of each pixel that lies inside, in 1/16: [size, size]. */
export function coverageOf([, inside]: Shape['kind'], { x, y, radius }: Place, size: number): Float64Array {
  const edge = 1 / (radius * size);
  return Float64Array.from({ length: size * size }, (_, i) =>
    coverage(
      inside,
      ((i % size) - x * size) / (radius * size),
      (Math.floor(i / size) - y * size) / (radius * size),
      edge,
    ),
  );
}

/** Fraction of a pixel that lies inside, in 1/16. `left`, `top`, `edge`: in units of the shape's radius. */
function coverage(
  inside: (x: number, y: number) => boolean,
  left: number,
  top: number,
  edge: number,
): number {
  if (left > 1 || top > 1 || left + edge < -1 || top + edge < -1) return 0;
  let hits = 0;
  for (let point = 0; point < POINTS * POINTS; point++) {
    const x = left + (((point % POINTS) + 0.5) / POINTS) * edge;
    const y = top + ((Math.floor(point / POINTS) + 0.5) / POINTS) * edge;
    if (inside(x, y)) hits++;
  }
  return hits / (POINTS * POINTS);
}

/** The caption of picture `index`: "a red circle on a dark background". */
export const shapeCaption = (index: number, seed = 0): string => captionOfShape(shapeOf(index, seed));

/** The class of picture `index`: "circle". */
export const shapeKind = (index: number): string => shapeOf(index, 0).kind[0];

/** Kind, colour and background as a caption. */
export const captionOfShape = ({ kind, colour, background }: Omit<Shape, keyof Place>): string =>
  `${colour[0]} ${kind[0]} on a ${background[0]} background`;
