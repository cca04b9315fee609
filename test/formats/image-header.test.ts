// The reader of picture headers, against files that sharp (libvips) wrote and against hostile and cut files.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { overLimits, readImageHeader, undecodable } from '../../src/formats/image-header.ts';
import { hasHalvedColours, withoutProfile } from '../../src/formats/image-jpeg.ts';
import { findExif, FIRST_CHUNK } from '../../src/formats/image-webp.ts';

const picture = (width = 37, height = 21, alpha = 1) =>
  sharp({
    create: { width, height, channels: alpha < 1 ? 4 : 3, background: { r: 200, g: 90, b: 30, alpha } },
  });

const read = (bytes: Uint8Array, fileSize = bytes.length) => readImageHeader(bytes, fileSize);
const why = (bytes: Uint8Array, fileSize = bytes.length) => {
  const result = read(bytes, fileSize);
  return result.ok ? 'accepted' : result.why;
};
const text = (content: string) => new TextEncoder().encode(content);
const latin1 = (content: string) => Uint8Array.from(content, (char) => char.charCodeAt(0));

/** A black PNG of one bit a pixel. */
function blackPng(edge: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(type, 4, 'latin1');
    data.copy(bytes, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(edge);
  header.writeUInt32BE(edge, 4);
  header[8] = 1;
  const rows = Buffer.alloc(edge * (1 + edge / 8));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A BMP of 8 x 8 pixels of 24 bits, as Windows writes it. */
function bmp({ header = 40, width = 8, height = 8 }): Uint8Array {
  const bytes = new Uint8Array(54 + 192);
  const view = new DataView(bytes.buffer);
  bytes.set(latin1('BM'));
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, header, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}

describe('what sharp wrote is read as sharp meant it', () => {
  const cases: [string, () => Promise<Buffer>, string][] = [
    ['PNG', () => picture().png().toBuffer(), 'png'],
    ['PNG, palette', () => picture().png({ palette: true }).toBuffer(), 'png'],
    ['PNG, interlaced, alpha', () => picture(37, 21, 0.5).png({ progressive: true }).toBuffer(), 'png'],
    ['PNG, 16 bit', () => picture().toColourspace('rgb16').png().toBuffer(), 'png'],
    ['JPEG, baseline', () => picture().jpeg().toBuffer(), 'jpeg'],
    ['JPEG, progressive', () => picture().jpeg({ progressive: true }).toBuffer(), 'jpeg'],
    ['JPEG, grey', () => picture().toColourspace('b-w').jpeg().toBuffer(), 'jpeg'],
    ['JPEG, CMYK', () => picture().toColourspace('cmyk').jpeg().toBuffer(), 'jpeg'],
    ['AVIF', () => picture().avif().toBuffer(), 'avif'],
    ['AVIF with alpha', () => picture(37, 21, 0.5).avif().toBuffer(), 'avif'],
    ['WebP, lossy', () => picture().webp().toBuffer(), 'webp'],
    ['WebP, lossless', () => picture().webp({ lossless: true }).toBuffer(), 'webp'],
    ['WebP, lossy with alpha', () => picture(37, 21, 0.5).webp().toBuffer(), 'webp'],
    ['WebP, lossless with alpha', () => picture(37, 21, 0.5).webp({ lossless: true }).toBuffer(), 'webp'],
    [
      'WebP with metadata',
      () =>
        picture()
          .webp()
          .withExif({ IFD0: { Copyright: 'me' } })
          .toBuffer(),
      'webp',
    ],
    ['GIF', () => picture().gif().toBuffer(), 'gif'],
  ];
  it.each(cases)('%s', async (_name, make, format) => {
    expect(read(await make())).toEqual({
      ok: true,
      header: { format, width: 37, height: 21, orientation: 1 },
    });
  });

  it('BMP, its rows from the bottom up or from the top down', () => {
    const header = { format: 'bmp', width: 8, height: 8, orientation: 1 };
    expect(read(bmp({}))).toEqual({ ok: true, header });
    expect(read(bmp({ height: -8 }))).toEqual({ ok: true, header });
    expect(why(bmp({ width: 0 }))).toMatch(/0 x 8/);
    expect(why(bmp({ width: -8 }))).toMatch(/-8 x 8/);
    const large = read(bmp({ width: 20_000, height: 20_000 }), 2e9);
    expect(large.ok && overLimits(large.header, 1)).toMatch(/20000 x 20000/);
  });

  it('HEIC, whose boxes are those of AVIF', async () => {
    const file = await picture().avif().toBuffer();
    file.write('heic', 8, 'latin1');
    const header = { format: 'heic', width: 37, height: 21, orientation: 1 };
    expect(read(file)).toEqual({ ok: true, header });
    expect(undecodable('heic')).toMatch(/HEIC.*Most compatible, or export it as JPEG/);
  });

  it.each([1, 3, 6, 8])(
    'JPEG with EXIF orientation %i: stored size, orientation noted',
    async (orientation) => {
      const bytes = await picture().jpeg().withMetadata({ orientation }).toBuffer();
      expect(read(bytes)).toEqual({
        ok: true,
        header: { format: 'jpeg', width: 37, height: 21, orientation },
      });
    },
  );

  it.each([1, 3, 6, 8])('WebP with EXIF orientation %i, behind its picture', async (orientation) => {
    for (const lossless of [true, false]) {
      const bytes = await picture().webp({ lossless }).withMetadata({ orientation }).toBuffer();
      expect(read(bytes)).toEqual({
        ok: true,
        header: { format: 'webp', width: 37, height: 21, orientation },
      });
    }
  });

  it('WebP whose EXIF chunk lies far behind: where to look further is known, chunk by chunk', async () => {
    const bytes = await picture().webp().withMetadata({ orientation: 6 }).toBuffer();
    const whole = findExif(bytes.subarray(FIRST_CHUNK), FIRST_CHUNK);
    expect(whole).toMatchObject({ orientation: 6 });
    for (let length = 0; length < bytes.length - FIRST_CHUNK; length++) {
      let found = findExif(bytes.subarray(FIRST_CHUNK, FIRST_CHUNK + length), FIRST_CHUNK);
      while (found && 'next' in found) found = findExif(bytes.subarray(found.next), found.next);
      expect(found).toEqual(whole);
    }
  });
});

describe('of a JPEG it is known whether it has a quarter as many colours as pixels', () => {
  const halved: [string, () => Promise<Buffer>, boolean][] = [
    ['4:2:0', () => picture().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer(), true],
    ['4:2:0, progressive', () => picture().jpeg({ progressive: true }).toBuffer(), true],
    ['4:4:4', () => picture().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(), false],
    ['grey', () => picture().toColourspace('b-w').jpeg().toBuffer(), false],
    ['CMYK', () => picture().toColourspace('cmyk').jpeg().toBuffer(), false],
    ['with a profile', () => picture().jpeg().withIccProfile('p3').toBuffer(), false],
    ['no JPEG', () => picture().png().toBuffer(), false],
  ];
  it.each(halved)('%s', async (_name, make, isHalved) => {
    expect(hasHalvedColours(await make())).toBe(isHalved);
  });

  it('once its profile is left out, and nothing else is', async () => {
    const plain = await picture().jpeg().toBuffer();
    expect(Buffer.from(withoutProfile(plain))).toEqual(plain);
    const without = withoutProfile(await picture().jpeg().withIccProfile('p3').toBuffer());
    expect(hasHalvedColours(without)).toBe(true);
    expect(await sharp(without).metadata()).toMatchObject({ width: 37, height: 21, hasProfile: false });
  });

  it('wherever it ends', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const scan = bytes.indexOf(Uint8Array.from([0xff, 0xda]));
    for (let length = 0; length < bytes.length; length++)
      expect(hasHalvedColours(bytes.subarray(0, length))).toBe(length >= scan + 4);
  });
});

describe('sizes are known before anything is decoded', () => {
  it('refuses a 48 kB PNG that is 20,000 x 20,000 pixels', () => {
    const bytes = blackPng(20_000);
    expect(bytes.length).toBeLessThan(50_000);
    const result = read(bytes.subarray(0, 65_536), bytes.length);
    if (!result.ok) throw new Error(result.why);
    expect(overLimits(result.header, bytes.length)).toBe(
      'it is 20000 x 20000 pixels; a side may have 16384 at most',
    );
  });

  it('limits side, pixels and bytes, each at its edge', () => {
    const header = (width: number, height: number) =>
      ({ format: 'png', width, height, orientation: 1 }) as const;
    expect(overLimits(header(16_384, 3_906), 1)).toBeNull();
    expect(overLimits(header(16_384, 3_907), 1)).toMatch(/million pixels/);
    expect(overLimits(header(16_385, 1), 1)).toMatch(/16384 at most/);
    expect(overLimits(header(1, 1), 64_000_001)).toMatch(/65 MB/);
  });

  it('takes the larger of screen and first frame of a GIF', async () => {
    const bytes = new Uint8Array(await picture().gif().toBuffer());
    new DataView(bytes.buffer).setUint32(6, 0x0001_0001, true);
    expect(read(bytes)).toMatchObject({ ok: true, header: { width: 37, height: 21 } });
  });

  it('asks for more of a JPEG whose size lies behind 64 KiB of metadata', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const app = Buffer.alloc(65_535 + 2);
    app.set([0xff, 0xee, 0xff, 0xff]);
    const padded = Buffer.concat([bytes.subarray(0, 2), app, app, bytes.subarray(2)]);
    expect(read(padded.subarray(0, 65_536), padded.length)).toMatchObject({ ok: false, more: true });
    expect(read(padded)).toMatchObject({ ok: true, header: { width: 37, height: 21 } });
  });
});

describe('what is no usable picture is refused with the reason', () => {
  const others: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(), /empty/],
    ['text', text('Not a picture at all, however it is named.'), /it is text/],
    ['SVG', text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ['AVIF', latin1('\0\0\0\x20ftypavif\0\0\0\0'), /AVIF/],
    ['HEIC', latin1('\0\0\0\x20ftypheic\0\0\0\0'), /HEIC/],
    ['BMP', latin1('BM\x46\0\0\0\0\0\0\0\x36\0\0\0'), /BMP is cut off/],
    ['BMP of no known kind', bmp({ header: 41 }), /no known kind/],
    ['BMP cut in its rows', bmp({}).subarray(0, 245), /cut off: it has 245 bytes of 246/],
    ['TIFF', latin1('II*\0\x08\0\0\0'), /TIFF.*export it as PNG or JPEG/],
    ['JPEG XL', latin1('\xff\x0a\x7f\0'), /JPEG XL/],
    ['JPEG XL in boxes', latin1('\0\0\0\x0cJXL \x0d\x0a\x87\x0a'), /JPEG XL/],
    ['zip', latin1('PK\x03\x04\x14\0'), /zip/],
    ['noise', latin1('\x01\x02\x03\x00\xfe'), /some other kind/],
  ];
  it.each(others)('%s', (_name, bytes, reason) => {
    expect(why(bytes)).toMatch(reason);
  });

  it('every file that ends before its size is stated, at every length', async () => {
    const files = await Promise.all([
      picture().png().toBuffer(),
      picture().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      picture().webp().toBuffer(),
      picture(37, 21, 0.5).webp().toBuffer(),
      picture().gif().toBuffer(),
      picture().avif().toBuffer(),
      Promise.resolve(bmp({})),
    ]);
    for (const file of files) {
      const whole = read(file);
      for (let length = 0; length < Math.min(file.length, 700); length++) {
        const result = read(file.subarray(0, length));
        if (result.ok) expect(result).toEqual(whole);
        else expect(result.more).toBe(false);
      }
      expect(read(file.subarray(0, 12)).ok).toBe(false);
    }
  });

  it('any byte of a header altered: a size or a reason, never an exception', async () => {
    const files = await Promise.all([
      picture().png().toBuffer(),
      picture().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      picture().webp({ lossless: true }).toBuffer(),
      picture().gif().toBuffer(),
    ]);
    for (const file of files) {
      for (let at = 0; at < Math.min(file.length, 400); at++) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const altered = Uint8Array.from(file);
          altered[at] = value;
          const result = read(altered);
          if (result.ok) expect(result.header.width * result.header.height).toBeGreaterThan(0);
          else expect(result.why).toMatch(/^[a-z].{5,}/);
        }
      }
    }
  });

  it('a PNG header with a wrong checksum, an unknown colour type, a wrong depth, no pixels', async () => {
    const png = await picture().png().toBuffer();
    const altered = (at: number, value: number) => {
      const bytes = Uint8Array.from(png);
      bytes[at] = value;
      return bytes;
    };
    expect(why(altered(19, 38))).toMatch(/damaged/);
    expect(why(altered(25, 5))).toMatch(/colour type 5/);
    expect(why(altered(24, 3))).toMatch(/3 bits/);
    const flat = Buffer.from(altered(19, 0));
    flat.writeUInt32BE(crc32(flat.subarray(12, 29)), 29);
    expect(why(flat)).toBe('it says that it is 0 x 21 pixels');
  });

  it('a JPEG that is lossless or has 12 bits', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    expect(frame).toBeGreaterThan(0);
    const altered = (at: number, value: number) => {
      const bytes = Uint8Array.from(jpeg);
      bytes[at] = value;
      return bytes;
    };
    expect(why(altered(frame + 1, 0xc3))).toMatch(/lossless/);
    expect(why(altered(frame + 4, 12))).toMatch(/12 bits/);
  });

  it('a WebP that is shorter than it says', async () => {
    const webp = await picture().webp().toBuffer();
    expect(why(webp.subarray(0, webp.length - 20))).toMatch(/cut off/);
  });
});
