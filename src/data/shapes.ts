// Pictures drawn in code, at any size: circles, squares, triangles, rings and diamonds with captions. For tests, and for
// training with no data at all. A function of the picture's number and nothing else. Not here: how they are served.
import { randomWords, STREAMS } from '../random.ts';
import type { DatasetInfo } from './api.ts';

export const SHAPES: DatasetInfo = {
  id: 'shapes',
  title: 'Shapes',
  count: 1024,
  // Drawn at the size asked for; this is the largest a run may ask.
  storedSize: 256,
  // SHA-256 over all pictures at 16 x 16, pinned by a test: a change in the drawing is another data set.
  fingerprint: 'b3ee2899fd94dff03a4f25ce32c12d5247e8d74aef329a2664cda71beb311200',
  credit: 'Drawn by Perennial',
  builtIn: true,
  captions: true,
};

type Rgb = readonly [number, number, number];

const COLOURS: readonly (readonly [string, Rgb])[] = [
  ['a red', [226, 62, 58]],
  ['an orange', [240, 140, 40]],
  ['a yellow', [242, 205, 60]],
  ['a green', [70, 172, 84]],
  ['a teal', [30, 168, 166]],
  ['a blue', [62, 116, 224]],
  ['a purple', [146, 86, 206]],
  ['a pink', [236, 110, 170]],
];

const BACKGROUNDS: readonly (readonly [string, Rgb])[] = [
  ['dark', [24, 26, 34]],
  ['light', [240, 238, 230]],
];

/** Whether a point lies inside; (x, y) from the shape's centre in units of its radius. */
const KINDS: readonly (readonly [string, (x: number, y: number) => boolean])[] = [
  ['circle', (x, y) => x * x + y * y <= 1],
  ['square', (x, y) => Math.abs(x) <= 0.85 && Math.abs(y) <= 0.85],
  ['triangle', (x, y) => y <= 0.75 && Math.abs(x) <= (y + 1) * 0.55],
  ['ring', (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.36],
  ['diamond', (x, y) => Math.abs(x) * 1.25 + Math.abs(y) <= 1],
];

interface Drawing {
  kind: (typeof KINDS)[number];
  colour: (typeof COLOURS)[number];
  background: (typeof BACKGROUNDS)[number];
  /** Centre and radius in units of the picture's edge; the shape lies wholly inside. */
  x: number;
  y: number;
  radius: number;
}

function drawingOf(index: number, seed: number): Drawing {
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

/** Samples a pixel has each way. */
const SAMPLES = 4;

/** Picture `index` as uint8 RGB [size, size, 3], anti-aliased by 16 samples a pixel. `size` in pixels, 1 or more. */
export function drawShape(index: number, size: number, seed = 0): Uint8Array<ArrayBuffer> {
  const { kind, colour, background, x, y, radius } = drawingOf(index, seed);
  const pixels = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const covered = coverage(
        kind[1],
        (column - x * size) / (radius * size),
        (row - y * size) / (radius * size),
        1 / (radius * size),
      );
      for (let channel = 0; channel < 3; channel++) {
        const under = background[1][channel] as number;
        const over = colour[1][channel] as number;
        pixels[(row * size + column) * 3 + channel] = Math.floor(under + (over - under) * covered + 0.5);
      }
    }
  }
  return pixels;
}

/** Part of a pixel that lies inside, 0..1 in 16 steps; its corner and edge in units of the shape's radius. */
function coverage(
  inside: (x: number, y: number) => boolean,
  left: number,
  top: number,
  edge: number,
): number {
  if (left > 1 || top > 1 || left + edge < -1 || top + edge < -1) return 0;
  let hits = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const x = left + (((sample % SAMPLES) + 0.5) / SAMPLES) * edge;
    const y = top + ((Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * edge;
    if (inside(x, y)) hits++;
  }
  return hits / (SAMPLES * SAMPLES);
}

/** "a red circle on a dark background". */
export function shapeCaption(index: number, seed = 0): string {
  const { kind, colour, background } = drawingOf(index, seed);
  return `${colour[0]} ${kind[0]} on a ${background[0]} background`;
}
