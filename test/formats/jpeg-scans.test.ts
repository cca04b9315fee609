// Claims: scans are counted as sharp (libvips) wrote them, a bomb of scans is told before it is decoded, and
// a small picture that states a large size is refused by its bytes.
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { ImageHeader } from '../../src/formats/image-format.ts';
import { readImageHeader, tooFewBytes } from '../../src/formats/image-header.ts';
import { countScans, tooManyScans } from '../../src/formats/jpeg-scans.ts';

const noise = sharp(Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251)), {
  raw: { width: 64, height: 64, channels: 3 },
});
const jpegOf = async (progressive: boolean) =>
  Uint8Array.from(await noise.clone().jpeg({ progressive }).toBuffer());

const of = (format: ImageHeader['format'], width: number, height = width): ImageHeader => ({
  ...{ format, width, height },
  orientation: 1,
});

it('a baseline JPEG has one scan, a progressive one those of its script', async () => {
  expect(countScans(await jpegOf(false))).toBe(1);
  const progressive = await jpegOf(true);
  expect(countScans(progressive)).toBe(10);
  expect(tooManyScans(of('jpeg', 8000), progressive)).toBeNull();
});

it('a scan that is said again and again is counted up to the limit, and no further', async () => {
  const jpeg = await jpegOf(true);
  const last = Buffer.from(jpeg).lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(last, -2);
  const bomb = Buffer.concat([jpeg.subarray(0, last), ...Array.from({ length: 5000 }, () => scan)]);
  expect(countScans(bomb)).toBe(101);
  expect(tooManyScans(of('jpeg', 64), bomb)).toContain('over 100 scans');
  expect(tooManyScans(of('jpeg', 8000), bomb)).toContain('over 15 scans');
  expect(countScans(bomb, 10_000)).toBe(9 + 5000);
});

it('a JPEG of 64 pixels that states 7,999 is too small for them', async () => {
  const jpeg = await jpegOf(false);
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  new DataView(jpeg.buffer).setUint16(frame + 5, 7999);
  new DataView(jpeg.buffer).setUint16(frame + 7, 7999);
  const read = readImageHeader(jpeg, jpeg.length);
  if (!read.ok) throw new Error(read.why);
  expect(read.header).toMatchObject({ width: 7999, height: 7999 });
  expect(tooFewBytes(read.header, jpeg.length)).toMatch(/^it says that it is 7999 x 7999 pixels, and has/);
});

it('pictures of one colour, which take the fewest bytes, are not refused', async () => {
  const flat = sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#888888' } });
  const jpeg = await flat.clone().jpeg({ quality: 1, progressive: true }).toBuffer();
  expect(tooFewBytes(of('jpeg', 3000), jpeg.length)).toBeNull();
  const png = await flat.clone().toColourspace('b-w').png({ compressionLevel: 9, colours: 2 }).toBuffer();
  expect(tooFewBytes(of('png', 3000), png.length)).toBeNull();
  expect(tooFewBytes(of('gif', 16_000, 4000), 100)).toBeNull();
});
