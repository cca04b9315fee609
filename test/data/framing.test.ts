// Claims: a square lies where torchvision's CenterCrop, the record of the store, or the most detail says; the
// measure of detail is that of a second, plain implementation.
import { describe, expect, it } from 'vitest';
import { cutSquare } from '../../src/data/cut-square.ts';
import { type Crop, IN_THE_MIDDLE, squareAt } from '../../src/data/framing.ts';
import { resizeSquare, wordsOf } from '../../src/data/resize.ts';
import { DetailMeter } from '../../src/data/smart-crop.ts';
import { noise } from './noise.ts';

describe('a square', () => {
  it('of aligned faces is the 140 pixels that CenterCrop(140) of torchvision takes of 178 x 218', () => {
    expect(squareAt(178, 218, 'tight', IN_THE_MIDDLE)).toEqual({ left: 19, top: 39, edge: 140 });
    expect(squareAt(178, 218, 'middle', IN_THE_MIDDLE)).toEqual({ left: 0, top: 20, edge: 178 });
    expect(squareAt(1, 3, 'tight', IN_THE_MIDDLE)).toEqual({ left: 0, top: 1, edge: 1 });
  });

  it('at a place reaches both ends, and the middle at 128', () => {
    const left = (x: number) => squareAt(109, 8, 'smart', { ...IN_THE_MIDDLE, x }).left;
    expect([left(0), left(128), left(255)]).toEqual([0, 50, 101]);
  });
});

/** Pixels of a picture in one colour, with noise in a part of it. */
function pictureOf(width: number, height: number, isNoisy: (x: number, y: number) => boolean): Uint8Array {
  const random = noise(width * height * 3);
  return random.map((value, i) => {
    const pixel = Math.floor(i / 3);
    return isNoisy(pixel % width, Math.floor(pixel / width)) ? value : 90;
  });
}

const placeOf = (bytes: Uint8Array, width: number, height: number, atOnce = height) => {
  const meter = new DetailMeter(width, height);
  const words = wordsOf(bytes, 3);
  for (let y = 0; y < height; y += atOnce)
    meter.push({ words, at: y * width, stride: width }, Math.min(atOnce, height - y));
  return meter.place;
};

/** By plain sums, of a picture 64 pixels high and a multiple of 2 wide: cells are 2 x 2 pixels. */
function plainly(bytes: Uint8Array, width: number): number {
  const cells = width / 2;
  const grey = (x: number, y: number): number => {
    let sum = 0;
    for (const i of [0, 1, width, width + 1]) {
      const [r = 0, g = 0, b = 0] = bytes.subarray((2 * y * width + 2 * x + i) * 3);
      sum += 0.299 * r + 0.587 * g + 0.114 * b;
    }
    return sum / 4;
  };
  const detail = (first: number): number => {
    let sum = 0;
    for (let y = 0; y < 32; y++)
      for (let x = first; x < first + 32; x++) {
        if (x + 1 < first + 32) sum += (grey(x + 1, y) - grey(x, y)) ** 2;
        if (y + 1 < 32) sum += (grey(x, y + 1) - grey(x, y)) ** 2;
      }
    return sum;
  };
  const all = Array.from({ length: cells - 31 }, (_, first) => detail(first));
  return Math.round((255 * all.indexOf(Math.max(...all))) / (cells - 32));
}

describe('the most detailed square', () => {
  it.each([
    [96, (x: number) => x > 70],
    [160, (x: number) => x > 10 && x < 110],
    [200, (x: number, y: number) => (x + y) % 50 < 9],
  ])('of %i x 64 pixels is that of plain sums', (width, isNoisy) => {
    const bytes = pictureOf(width, 64, isNoisy);
    expect(placeOf(bytes, width, 64)).toEqual({ x: plainly(bytes, width), y: 128 });
  });

  it('follows the detail to either end, wide or tall, whatever rows come at once', () => {
    const [left, right] = [pictureOf(150, 50, (x) => x < 40), pictureOf(150, 50, (x) => x > 110)];
    expect([placeOf(left, 150, 50).x, placeOf(right, 150, 50, 7).x]).toEqual([0, 255]);
    const [top, bottom] = [pictureOf(50, 150, (_, y) => y < 40), pictureOf(50, 150, (_, y) => y > 110)];
    expect([placeOf(top, 50, 150), placeOf(bottom, 50, 150, 1)]).toEqual([
      { x: 128, y: 0 },
      { x: 128, y: 255 },
    ]);
  });

  it('is the middle where all are alike: of a square, of one colour, of a line', () => {
    expect(placeOf(noise(40 * 40 * 3), 40, 40)).toEqual(IN_THE_MIDDLE);
    expect(
      placeOf(
        pictureOf(90, 40, () => false),
        90,
        40,
      ),
    ).toEqual(IN_THE_MIDDLE);
    expect(
      placeOf(
        pictureOf(9000, 1, () => false),
        9000,
        1,
      ),
    ).toEqual(IN_THE_MIDDLE);
  });
});

it.each<[Crop, number, number]>([
  ['middle', 40, 50],
  ['tight', 49, 31],
  ['smart', 80, 50],
])('the %s square is cut before it is resized', (crop, left, edge) => {
  const [width, height, size] = [130, crop === 'tight' ? 40 : 50, 16];
  const bytes = pictureOf(width, height, (x) => x > 95);
  const words = wordsOf(bytes, 3);
  const read = (x: number, y: number) => ({ words, at: y * width + x, stride: width });
  const top = Math.floor((height - edge) / 2);
  const cut = bytes.filter((_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return x >= left && x < left + edge && y >= top && y < top + edge;
  });
  const { pixels } = cutSquare({ width, height, read }, { size, crop });
  expect(pixels).toEqual(resizeSquare(cut, { width: edge, height: edge, channels: 3 }, size));
});
