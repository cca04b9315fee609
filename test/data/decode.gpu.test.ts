// Claims: files of every kind are decoded upright, cropped in the middle, on white, or refused with the
// reason. In a real Chromium.
import * as Comlink from 'comlink';
import { afterAll, describe, expect, it } from 'vitest';
import COLOURS from '../fixtures/colours/colours.json' with { type: 'json' };
import { type Ground, STANDARD, type Wanted } from '../../src/data/framing.ts';
import { withoutProfile } from '../../src/formats/image-jpeg.ts';
import { avifFile, pictureFile, textFile, webpWithOrientation, withOrientation } from './make-files.ts';
import type { PicturesApi } from './pictures-worker.ts';

const worker = new Worker(new URL('./pictures-worker.ts', import.meta.url), { type: 'module' });
const pictures = Comlink.wrap<PicturesApi>(worker);
afterAll(() => worker.terminate());

const SIZE = 8;
const decoded = async (file: Blob, wanted: Partial<Wanted> = {}) => {
  const result = await pictures.decode(file, { ...STANDARD, size: SIZE, ...wanted });
  if (!result.ok) throw new Error(result.why);
  return result.pixels;
};
const reason = async (file: Blob) => {
  const result = await pictures.decode(file, { ...STANDARD, size: SIZE });
  return result.ok ? 'decoded' : result.why;
};
const at = (pixels: Uint8Array, x: number, y: number) => [
  ...pixels.subarray((y * SIZE + x) * 3, (y * SIZE + x) * 3 + 3),
];
const near = (got: number[], wanted: number[], within: number) =>
  got.every((value, i) => Math.abs(value - (wanted[i] as number)) <= within);

const ORANGE = [0xc0, 0x40, 0x20];
/** The corners that are white. */
const corners = (pixels: Uint8Array) => {
  const last = SIZE - 1;
  const places: Record<string, [number, number]> = {
    'upper left': [0, 0],
    'upper right': [last, 0],
    'lower left': [0, last],
    'lower right': [last, last],
  };
  return Object.keys(places).filter((name) => near(at(pixels, ...places[name]!), [255, 255, 255], 40));
};

describe('decoding', () => {
  it.each([
    ['image/png', 0],
    ['image/webp', 12],
    ['image/jpeg', 12],
  ])('%s gives the pixels back within %i', async (type, within) => {
    const pixels = await decoded(await pictureFile('a', { type }));
    expect(near(at(pixels, 7, 7), ORANGE, within)).toBe(true);
    expect(near(at(pixels, 0, 0), [255, 255, 255], within)).toBe(true);
  });

  it.each([
    [1, 'upper left'],
    [3, 'lower right'],
    [6, 'upper right'],
    [8, 'lower left'],
  ])('JPEG with EXIF orientation %i stands upright: its mark is %s', async (orientation, corner) => {
    const file = await withOrientation(await pictureFile('a.jpg', { width: 64, height: 64 }), orientation);
    expect(corners(await decoded(file))).toEqual([corner]);
  });

  const MARKS = ['upper left', 'upper right', 'lower right', 'lower left'];
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 0],
    [6, 1],
    [7, 2],
    [8, 3],
  ])('WebP with EXIF orientation %i stands upright, as a JPEG of it does', async (orientation, corner) => {
    const size = { width: 64, height: 64 };
    const webp = await webpWithOrientation(
      await pictureFile('a.webp', { ...size, type: 'image/webp' }),
      orientation,
      size,
    );
    expect(corners(await decoded(webp))).toEqual([MARKS[corner]]);
    const jpeg = await withOrientation(await pictureFile('a.jpg', size), orientation);
    expect(corners(await decoded(jpeg))).toEqual([MARKS[corner]]);
  });

  it('a wide WebP is turned before its middle is cropped', async () => {
    const size = { width: 200, height: 50 };
    const wide = await pictureFile('w.webp', { ...size, type: 'image/webp' });
    for (const orientation of [1, 6]) {
      const pixels = await decoded(await webpWithOrientation(wide, orientation, size));
      for (let i = 0; i < SIZE * SIZE; i++)
        expect(near([...pixels.subarray(i * 3, i * 3 + 3)], ORANGE, 12)).toBe(true);
    }
  });

  it('gives a square that is cut by hand, and shows the whole picture upright beside it', async () => {
    const file = await withOrientation(await pictureFile('a.jpg', { width: 96, height: 64 }), 6);
    // Upright it has 64 x 96 pixels, its mark in the upper right.
    const whole = await pictures.whole(file, 48);
    if (!whole.ok) throw new Error(whole.why);
    expect(whole.of).toEqual({ width: 64, height: 96 });
    expect([whole.shown.width, whole.shown.height]).toEqual([32, 48]);
    expect(near([...whole.shown.data.slice(31 * 4, 31 * 4 + 3)], [255, 255, 255], 40)).toBe(true);
    expect(near([...whole.shown.data.slice(0, 3)], ORANGE, 40)).toBe(true);
    const middle = await decoded(file);
    expect(await decoded(file, { region: { left: 0, top: 16, edge: 64 } })).toEqual(middle);
    expect(corners(await decoded(file, { region: { left: 0, top: 0, edge: 64 } }))).toEqual(['upper right']);
    expect(corners(await decoded(file, { region: { left: 60, top: -9, edge: 8 } }))).toEqual(
      corners(await decoded(file, { region: { left: 56, top: 0, edge: 8 } })),
    );
  });

  it('crops the middle: the mark in the corner of a wide picture is gone', async () => {
    const pixels = await decoded(
      await pictureFile('wide.png', { width: 160, height: 40, type: 'image/png' }),
    );
    for (let i = 0; i < SIZE * SIZE; i++) expect([...pixels.subarray(i * 3, i * 3 + 3)]).toEqual(ORANGE);
  });

  it('reads AVIF, which the browser decodes', async () => {
    const pixels = await decoded(avifFile('a.avif'));
    expect(near(at(pixels, 7, 7), ORANGE, 12)).toBe(true);
    expect(corners(pixels)).toEqual(['upper left']);
  });

  it('puts transparent pixels on white', async () => {
    const blank = new OffscreenCanvas(20, 20);
    blank.getContext('2d');
    const pixels = await decoded(await blank.convertToBlob({ type: 'image/png' }));
    expect([...pixels].every((value) => value === 255)).toBe(true);
  });

  const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  it.each(COLOURS.files)('gives $name the colours that Pillow gives it, on white, within 2', async (one) => {
    const pixels = await decoded(new File([bytes(one.file)], one.name));
    expect(Math.max(...bytes(one.pixels).map((value, i) => Math.abs(value - (pixels[i] ?? 0))))).toBeLessThan(
      3,
    );
  });

  it.each(COLOURS.grounds)('puts $name on $ground as Pillow does, within 2', async (one) => {
    const file = new File([bytes(one.file)], one.name);
    const pixels = await decoded(file, { ground: one.ground as Ground });
    expect(Math.max(...bytes(one.pixels).map((value, i) => Math.abs(value - (pixels[i] ?? 0))))).toBeLessThan(
      3,
    );
  });

  it.each(COLOURS.jpegs)('gives $name the colours that Pillow gives it, within 2', async (one) => {
    const file = new File([bytes(one.file)], one.name);
    for (const how of [pictures.decode, pictures.decodeBytes]) {
      const result = await how(file, { ...STANDARD, size: SIZE });
      if (!result.ok) throw new Error(result.why);
      const off = bytes(one.pixels).map((value, i) => Math.abs(value - (result.pixels[i] ?? 0)));
      expect(Math.max(...off)).toBeLessThan(3);
    }
  });

  it('tells where a picture is transparent', async () => {
    const isTransparent = (name: string) => {
      const found = COLOURS.files.find((one) => one.name === name);
      return pictures.isTransparent(new File([bytes(found?.file ?? '')], name));
    };
    const names = ['alpha.png', 'alpha.webp', 'see-through-palette.png', 'palette.png', 'cmyk.jpg'];
    const found = await Promise.all(names.map(isTransparent));
    expect(found).toEqual([true, true, true, false, false]);
  });

  it('cuts the tight square that Pillow cuts', async () => {
    const tight = await decoded(new Blob([bytes(COLOURS.tight.file)]), { crop: 'tight', size: 7 });
    expect(
      Math.max(...bytes(COLOURS.tight.pixels).map((value, i) => Math.abs(value - (tight[i] ?? 0)))),
    ).toBeLessThan(2);
  });

  it('finds the square of most detail in a JPEG that EXIF turns, and says where it lies', async () => {
    const canvas = new OffscreenCanvas(300, 100);
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#888';
    context.fillRect(0, 0, 300, 100);
    for (let x = 210; x < 300; x += 10) {
      context.fillStyle = x % 20 ? '#fff' : '#000';
      context.fillRect(x, 0, 10, 100);
    }
    const jpeg = new File([await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })], 'a.jpg');
    const placeIn = async (file: File) => {
      const result = await pictures.decode(file, { ...STANDARD, crop: 'smart', size: SIZE });
      if (!result.ok) throw new Error(result.why);
      const { x, y } = result.place;
      return [x, y].map((place) => (place > 230 ? 'end' : place < 25 ? 'begin' : place));
    };
    expect(await placeIn(jpeg)).toEqual(['end', 128]);
    expect(await placeIn(await withOrientation(jpeg, 3))).toEqual(['begin', 128]);
    expect(await placeIn(await withOrientation(jpeg, 6))).toEqual([128, 'end']);
  });

  it('takes the first frame of a GIF', async () => {
    // 1 x 1, two frames: red, then green (a global table of two colours).
    const frame = (code: number) => [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, code, 1, 0];
    const screen = [1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 255, 0];
    const gif = Uint8Array.from([
      ...new TextEncoder().encode('GIF89a'),
      ...screen,
      ...frame(0x44),
      ...frame(0x4c),
      0x3b,
    ]);
    const pixels = await decoded(new Blob([gif]));
    expect(at(pixels, 0, 0)).toEqual([255, 0, 0]);
  });

  it('is the same in strips: a 3000 x 2000 picture, 1 pixel wide stripes', async () => {
    const canvas = new OffscreenCanvas(3000, 2000);
    const context = canvas.getContext('2d')!;
    for (let y = 0; y < 2000; y++) {
      context.fillStyle = y % 2 ? '#000' : '#fff';
      context.fillRect(0, y, 3000, 1);
    }
    const pixels = await decoded(await canvas.convertToBlob({ type: 'image/png' }));
    expect([...pixels].every((value) => value === 128)).toBe(true);
  });
});

describe('small JPEGs in memory, of which ImageDecoder gives the planes', () => {
  /** A JPEG of soft shades and hard edges, as letters on a photo; below a quality of 1 it is 4:2:0. */
  async function jpegOf(width: number, height: number, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d')!;
    const shades = context.createLinearGradient(0, 0, width, height);
    [30, 200, 260, 330].forEach((hue, i) => shades.addColorStop(i / 3, `hsl(${hue} 40% 50%)`));
    context.fillStyle = shades;
    context.fillRect(0, 0, width, height);
    for (let i = 0; i < 80; i++) {
      context.fillStyle = `hsl(${(i * 67) % 360} 100% ${(i * 37) % 100}% / ${50 + (i % 51)}%)`;
      context.fillRect((i * 23) % width, (i * 31) % height, 1 + (i % 13), 1 + (i % 17));
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    return withoutProfile(new Uint8Array(await blob.arrayBuffer()));
  }
  /** What becomes of a file in each of the two ways; and how often planes were asked for. */
  async function bothWays(jpeg: Uint8Array<ArrayBuffer>, wanted: Partial<Wanted> = {}) {
    const asked = { ...STANDARD, size: 32, ...wanted };
    const bitmap = await pictures.decode(new Blob([jpeg]), asked);
    await pictures.takeDecodes();
    const planes = await pictures.decodeBytes(new Blob([jpeg]), asked);
    return { bitmap, planes, decodes: await pictures.takeDecodes() };
  }

  it('have the bits that their bitmaps have, whatever their sides and crop, and are decoded once', async () => {
    await bothWays(await jpegOf(40, 40, 0.9)); // tries once whether the browser does so at all
    for (const [width, height] of [
      [178, 218],
      [97, 64],
      [33, 35],
      [5, 9],
      [256, 8],
      [640, 481],
    ] as const)
      for (const wanted of [{}, { crop: 'tight' }, { crop: 'smart' }, { size: 7 }] as const) {
        const { bitmap, planes, decodes } = await bothWays(await jpegOf(width, height, 0.9), wanted);
        expect(planes).toEqual(bitmap);
        expect(decodes).toMatchObject({ pictures: 0, planes: 1 });
      }
  });

  it('are decoded as bitmaps where they are turned, or have as many colours as pixels', async () => {
    const halved = await jpegOf(40, 60, 0.9);
    const turned = await withOrientation(new File([halved], 'a.jpg'), 6);
    for (const jpeg of [await jpegOf(40, 60, 1), new Uint8Array(await turned.arrayBuffer())]) {
      const { bitmap, planes, decodes } = await bothWays(jpeg);
      expect(planes).toEqual(bitmap);
      expect(decodes).toMatchObject({ pictures: 1, planes: 0 });
    }
  });

  it('are damaged where their bitmaps are, and no further', async () => {
    const whole = await jpegOf(178, 218, 0.9);
    for (let i = 0; i < 60; i++) {
      const isCut = i % 3 === 0;
      const jpeg = isCut ? whole.slice(0, 700 + i * 90) : whole.slice();
      for (let k = 0; k < i % 5; k++) jpeg[(i * 7919 + k * 104_729) % jpeg.length]! ^= 1 << ((i + k) % 8);
      const { bitmap, planes } = await bothWays(jpeg);
      expect(planes).toEqual(bitmap);
      if (isCut) expect(planes.ok).toBe(false);
    }
  });
});

describe('refusing', () => {
  it('names what the file is', async () => {
    expect(await reason(textFile('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'))).toMatch(/SVG/);
    expect(await reason(textFile('a.png', 'words'))).toMatch(/text/);
    expect(await reason(new Blob([]))).toBe('it is empty');
  });

  it('HEIC, which Chromium does not decode, with the way out', async () => {
    const bytes = new Uint8Array(await avifFile('a.heic').arrayBuffer());
    const write = (text: string, at: number): void => bytes.set(new TextEncoder().encode(text), at);
    // Of an AVIF: its brand, and the codec of its picture, by which Chromium goes.
    write('heic', 8);
    const codec = new TextDecoder('latin1').decode(bytes).indexOf('av01');
    expect(codec).toBeGreaterThan(0);
    write('hvc1', codec);
    expect(await reason(new Blob([bytes]))).toMatch(/HEIC.*export it as JPEG/);
  });

  it('a picture whose pixels are damaged', async () => {
    const png = new Uint8Array(await (await pictureFile('a.png', { type: 'image/png' })).arrayBuffer());
    expect(await reason(new Blob([png.fill(0x55, 41)]))).toMatch(/damaged/);
  });

  it.each(['image/jpeg', 'image/png', 'image/webp'])('a %s that is cut in the middle', async (type) => {
    const file = await pictureFile('a', { type, width: 300, height: 300 });
    expect(await reason(file.slice(0, file.size / 2))).toMatch(/damaged|cut off/);
  });

  it('a PNG that claims 20,000 x 20,000 pixels, before it is decoded', async () => {
    const png = new Uint8Array(await (await pictureFile('a.png', { type: 'image/png' })).arrayBuffer());
    const view = new DataView(png.buffer);
    view.setUint32(16, 20_000);
    view.setUint32(20, 20_000);
    view.setUint32(29, crc32(png.subarray(12, 29)));
    await pictures.takeDecodes();
    expect(await reason(new Blob([png]))).toMatch(/20000 x 20000/);
    expect((await pictures.takeDecodes()).pictures).toBe(0);
  });
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
