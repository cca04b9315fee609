// A set such as people bring: 65 pictures of five kinds (face, house, tree, sunset, flower), drawn by code,
// each a function of its number. Not here: training on them (learn.ts), real pictures.
import type { DatasetInfo, PictureSet } from '../../src/data/api.ts';
import { resizeSquare } from '../../src/data/resize.ts';
import { hexDigest } from '../../src/formats/hex-digest.ts';
import { randomWords, STREAMS } from '../../src/random.ts';

/** The set's name on the command line. */
export const OWN = 'own';
/** Edge in pixels: what the app stores of a picture that is brought. */
export const STORED_SIZE = 64;
export const COUNT = 65;

type Rgb = readonly [number, number, number];
type Inside = (x: number, y: number) => boolean;

/** Colours behind, by the height (0 the top, 1 the bottom); then shapes over it, the last on top. */
interface Scene {
  behind: (y: number) => Rgb;
  shapes: (readonly [Inside, Rgb])[];
}

/** Numbers in 0..1 that make one picture of a kind differ from the others. */
type Draws = (index: number) => number;

const among = <T>(draw: number, values: readonly T[]): T => values[Math.floor(draw * values.length)] as T;
const between = (draw: number, low: number, high: number): number => low + (high - low) * draw;
const mixed = (a: Rgb, b: Rgb, part: number): Rgb =>
  [0, 1, 2].map((c) => between(part, a[c] as number, b[c] as number)) as [number, number, number];

const disc =
  (x: number, y: number, radius: number): Inside =>
  (px, py) =>
    (px - x) ** 2 + (py - y) ** 2 <= radius ** 2;
const box =
  (left: number, top: number, right: number, bottom: number): Inside =>
  (x, y) =>
    x >= left && x <= right && y >= top && y <= bottom;
/** A triangle with its top in the middle. */
const gable =
  (x: number, top: number, bottom: number, halfWidth: number): Inside =>
  (px, py) =>
    py >= top && py <= bottom && Math.abs(px - x) <= (halfWidth * (py - top)) / (bottom - top);

const SKIES: readonly Rgb[] = [
  [150, 205, 245],
  [185, 220, 240],
  [120, 180, 235],
];
const DARK: Rgb = [40, 32, 36];

function face(draw: Draws): Scene {
  const [x, y, radius] = [
    between(draw(0), 0.46, 0.54),
    between(draw(1), 0.46, 0.54),
    between(draw(2), 0.33, 0.42),
  ];
  const behind = among(draw(3), [
    [90, 130, 200],
    [200, 110, 120],
    [110, 170, 150],
  ] as const);
  const eye = (side: number): Inside => disc(x + side * radius * 0.38, y - radius * 0.25, radius * 0.16);
  const mouth: Inside = (px, py) => {
    const far = Math.hypot(px - x, py - y) / radius;
    return py > y + radius * 0.12 && far >= 0.5 && far <= 0.72;
  };
  const skin = mixed([250, 215, 80], [240, 180, 60], draw(4));
  return {
    behind: () => behind,
    shapes: [[disc(x, y, radius), skin], ...[eye(-1), eye(1), mouth].map((part) => [part, DARK] as const)],
  };
}

function house(draw: Draws): Scene {
  const [x, half, eaves] = [
    between(draw(0), 0.44, 0.56),
    between(draw(1), 0.22, 0.3),
    between(draw(2), 0.44, 0.54),
  ];
  const wall = among(draw(3), [
    [240, 225, 195],
    [225, 195, 160],
    [235, 235, 230],
  ] as const);
  const ground = 0.82;
  return {
    behind: (y) => (y < ground ? among(draw(4), SKIES) : [105, 160, 75]),
    shapes: [
      [box(x - half, eaves, x + half, ground + 0.04), wall],
      [
        gable(x, eaves - between(draw(5), 0.24, 0.32), eaves, half + 0.07),
        mixed([190, 50, 40], [140, 60, 50], draw(6)),
      ],
      [box(x - 0.07, ground - 0.18, x + 0.07, ground + 0.04), [95, 60, 45]],
    ],
  };
}

function tree(draw: Draws): Scene {
  const [x, y, radius] = [
    between(draw(0), 0.42, 0.58),
    between(draw(1), 0.34, 0.42),
    between(draw(2), 0.22, 0.29),
  ];
  const crown = mixed([40, 120, 50], [80, 150, 40], draw(3));
  return {
    behind: (py) => (py < 0.82 ? among(draw(4), SKIES) : [120, 175, 85]),
    shapes: [
      [box(x - 0.055, y, x + 0.055, 0.88), [110, 75, 45]],
      [disc(x, y, radius), crown],
      [disc(x - radius * 0.6, y + radius * 0.45, radius * 0.7), crown],
      [disc(x + radius * 0.6, y + radius * 0.45, radius * 0.7), crown],
    ],
  };
}

function sunset(draw: Draws): Scene {
  const [horizon, x, radius] = [
    between(draw(0), 0.56, 0.68),
    between(draw(1), 0.3, 0.7),
    between(draw(2), 0.13, 0.2),
  ];
  const [above, below] = [
    mixed([70, 50, 120], [120, 60, 130], draw(3)),
    mixed([250, 150, 60], [245, 120, 80], draw(4)),
  ];
  const sea = mixed([30, 40, 90], [50, 40, 80], draw(5));
  return {
    behind: (y) => mixed(above, below, Math.min(1, y / horizon)),
    shapes: [
      [disc(x, horizon - radius * between(draw(6), 0.2, 0.7), radius), [255, 235, 140]],
      [box(0, horizon, 1, 1), sea],
    ],
  };
}

function flower(draw: Draws): Scene {
  const [x, y, far] = [
    between(draw(0), 0.45, 0.55),
    between(draw(1), 0.45, 0.55),
    between(draw(2), 0.2, 0.25),
  ];
  const petal = among(draw(3), [
    [235, 90, 150],
    [245, 240, 245],
    [200, 70, 200],
  ] as const);
  const turn = draw(4) * 2 * Math.PI;
  const petals = Array.from({ length: 6 }, (_, i) => {
    const angle = turn + (i * Math.PI) / 3;
    return [disc(x + far * Math.cos(angle), y + far * Math.sin(angle), far * 0.62), petal] as const;
  });
  const meadow = mixed([40, 95, 45], [60, 120, 50], draw(5));
  return { behind: () => meadow, shapes: [...petals, [disc(x, y, far * 0.6), [250, 205, 60]]] };
}

const KINDS = [face, house, tree, sunset, flower];

/** Which of the five kinds a picture is of. */
export const kindOf = (index: number): string => (KINDS[index % KINDS.length] ?? face).name;

/** Points of a pixel in each direction. */
const POINTS = 4;

/** Picture `index` of the set, [64, 64, 3] bytes, anti-aliased by 16 points a pixel. */
export function drawOwn(index: number): Uint8Array<ArrayBuffer> {
  const words = randomWords(0, index, STREAMS.drawing, 8);
  const { behind, shapes } = (KINDS[index % KINDS.length] ?? face)((i) => (words[i] ?? 0) / 2 ** 32);
  const pixels = new Uint8Array(STORED_SIZE ** 2 * 3);
  for (let pixel = 0; pixel < STORED_SIZE ** 2; pixel++) {
    const sums = [0, 0, 0];
    for (let point = 0; point < POINTS ** 2; point++) {
      const x = ((pixel % STORED_SIZE) + ((point % POINTS) + 0.5) / POINTS) / STORED_SIZE;
      const y = (Math.floor(pixel / STORED_SIZE) + (Math.floor(point / POINTS) + 0.5) / POINTS) / STORED_SIZE;
      const shape = shapes.findLast(([inside]) => inside(x, y));
      (shape?.[1] ?? behind(y)).forEach((value, c) => (sums[c] = (sums[c] as number) + value));
    }
    sums.forEach((sum, c) => (pixels[pixel * 3 + c] = Math.round(sum / POINTS ** 2)));
  }
  return pixels;
}

/** The set at a run's image size, as the app opens one that was brought. */
export async function openOwnSet(imageSize: number): Promise<PictureSet> {
  const stored = Array.from({ length: COUNT }, (_, index) => drawOwn(index));
  const source = { width: STORED_SIZE, height: STORED_SIZE, channels: 3 } as const;
  const pictures = stored.map((pixels) => resizeSquare(pixels, source, imageSize));
  const info: DatasetInfo = {
    id: OWN,
    title: 'Made pictures of five kinds',
    count: COUNT,
    storedSize: STORED_SIZE,
    fingerprint: await hexDigest(new Uint8Array(await new Blob(stored).arrayBuffer())),
    credit: '',
    builtIn: false,
    captions: false,
  };
  const reader = (all: readonly Uint8Array[]) => (index: number) =>
    Promise.resolve(all[index] ?? new Uint8Array(0));
  return {
    info,
    count: COUNT,
    size: imageSize,
    read: reader(pictures),
    stored: { size: STORED_SIZE, read: reader(stored) },
    caption: () => '',
    fileName: () => '',
    className: () => '',
    isCurrent: () => Promise.resolve(true),
  };
}
