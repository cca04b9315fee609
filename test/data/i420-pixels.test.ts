// Claims: planes become the very bytes that libjpeg-turbo makes of them (by way of sharp), at odd and even
// sides, with hard edges between colours, of which many lie beyond RGB; in whatever pieces they are read.
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { I420Pixels } from '../../src/data/i420-pixels.ts';
import { noise } from './noise.ts';
import { type Blocks, plainJpeg } from './plain-jpeg.ts';

const WORST = { width: 300, height: 200 };
const values = noise(3000);

/** At random, with the darkest and the brightest among them. */
const blocks =
  (seed: number): Blocks =>
  (column, row) => {
    const value = values[(seed + column * 37 + row * 101) % values.length] ?? 0;
    return value < 40 ? 0 : value > 215 ? 255 : value;
  };
const PLANES: [Blocks, Blocks, Blocks] = [blocks(0), blocks(500), blocks(900)];

/** A plane of so many samples, of blocks of 8 x 8. */
const samples = (of: Blocks, width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => of((i % width) >> 3, Math.floor(i / width) >> 3));

function pixelsOf({ width, height }: typeof WORST): I420Pixels {
  const half = [(width + 1) >> 1, (height + 1) >> 1] as const;
  const [luma, blue, red] = PLANES;
  const planes = [samples(luma, width, height), samples(blue, ...half), samples(red, ...half)];
  const [first = 0, second = 0] = planes.map(({ length }) => length);
  return new I420Pixels(width, height, {
    bytes: Uint8Array.from(planes.flatMap((plane) => [...plane])),
    luma: { offset: 0, stride: width },
    blue: { offset: first, stride: half[0] },
    red: { offset: first + second, stride: half[0] },
  });
}

/** RGB bytes of a rectangle. */
function read(pixels: I420Pixels, left: number, top: number, width: number, height: number): number[] {
  const { words, at, stride } = pixels.read(left, top, width, height);
  return Array.from({ length: width * height }, (_, i) => {
    const word = words[at + Math.floor(i / width) * stride + (i % width)] ?? 0;
    return [word & 255, (word >> 8) & 255, (word >> 16) & 255];
  }).flat();
}

const byLibjpeg = (size: typeof WORST): Promise<Buffer> => sharp(plainJpeg(size, PLANES)).raw().toBuffer();

it.each([
  [178, 218],
  [61, 47],
  [5, 1],
  [16, 2],
  [33, 3],
  [6, 35],
])('%i x %i pixels are those of libjpeg, bit for bit', async (width, height) => {
  const size = { width, height };
  expect(read(pixelsOf(size), 0, 0, width, height)).toEqual([...(await byLibjpeg(size))]);
});

it('the colours tried lie beyond RGB as well as in it', async () => {
  const bytes = await byLibjpeg(WORST);
  const isAtEnd = bytes.filter((value) => value === 0 || value === 255).length / bytes.length;
  expect(isAtEnd).toBeGreaterThan(0.2);
  expect(isAtEnd).toBeLessThan(0.8);
});

it.each([
  [0, 0, 7, 3],
  [1, 1, 4, 5],
  [20, 7, 1, 1],
  [31, 46, 30, 1],
])('a rectangle at %i, %i of %i x %i is that part of the whole', (left, top, width, height) => {
  const size = { width: 61, height: 47 };
  const pixels = pixelsOf(size);
  const whole = read(pixels, 0, 0, 61, 47);
  const part = Array.from({ length: height }, (_, row) => {
    const from = ((top + row) * 61 + left) * 3;
    return whole.slice(from, from + width * 3);
  }).flat();
  expect(read(pixels, left, top, width, height)).toEqual(part);
});
