// Which picture format a file has and how large the picture is, from the first
// bytes, before anything is decoded: a PNG of 48 kB can be 20,000 x 20,000
// pixels. A file's name and stated type are never asked. Not here: decoding.
import { HEAD_BYTES, kindOfBytes } from './file-kind.ts';
import { isBmp, readBmpHeader } from './image-bmp.ts';
import { type HeaderResult, type ImageHeader, refuse } from './image-format.ts';
import { isGif, readGifHeader } from './image-gif.ts';
import { heifFormat, readHeifHeader } from './image-heif.ts';
import { readJpegHeader } from './image-jpeg.ts';
import { isPng, readPngHeader } from './image-png.ts';
import { readWebpHeader } from './image-webp.ts';
import { begins, JPEG, WEBP } from './magic.ts';

/** Of a picture file; larger ones are not read. */
export const MOST_FILE_BYTES = 64e6;
/** Larger files are skipped. `side` and `pixels` count pixels. */
const IMAGE_LIMITS = { side: 16_384, pixels: 64e6, bytes: MOST_FILE_BYTES } as const;

/**
 * `bytes`: the file's first bytes (64 KiB are nearly always enough); `fileSize`: bytes of the whole file.
 * Answers the picture's header, or why the file is refused, in words that go on from its name. Never throws.
 */
export function readImageHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (fileSize === 0) return refuse('it is empty');
  if (isPng(bytes)) return readPngHeader(bytes, fileSize);
  if (begins(bytes, JPEG)) return readJpegHeader(bytes, fileSize);
  if (begins(bytes, WEBP)) return readWebpHeader(bytes, fileSize);
  if (isGif(bytes)) return readGifHeader(bytes, fileSize);
  if (isBmp(bytes)) return readBmpHeader(bytes, fileSize);
  const heif = heifFormat(bytes);
  if (heif !== null) return readHeifHeader(heif, bytes, fileSize);
  const { is, what } = kindOfBytes(bytes.subarray(0, HEAD_BYTES));
  if (what === 'a picture') return refuse('it is damaged');
  return refuse(
    is === 'picture' ? `it is ${what}; export it as PNG or JPEG` : `it is ${what}, not a picture`,
  );
}

/** Why the browser could not decode a picture of this format, in words that go on from the file's name. */
export const undecodable = (format: ImageHeader['format']): string =>
  format === 'heic'
    ? 'it is HEIC, which this browser cannot read: on the phone choose Most compatible, or export it as JPEG'
    : 'it is damaged: the browser cannot decode it';

/** Why a picture is too large to decode, in words that go on from the file's name; null where it is not. */
export function overLimits({ width, height }: ImageHeader, fileSize: number): string | null {
  const { side, pixels, bytes } = IMAGE_LIMITS;
  if (fileSize > bytes) return `it has ${Math.ceil(fileSize / 1e6)} MB; at most ${bytes / 1e6} are read`;
  if (width > side || height > side)
    return `it is ${width} x ${height} pixels; a side may have ${side} at most`;
  if (width * height > pixels)
    return `it is ${width} x ${height}, ${Math.ceil((width * height) / 1e6)} million pixels; at most ${pixels / 1e6} are read`;
  return null;
}

/**
 * Bits that a picture has at the least, so that one that states another size than it has is not given the
 * memory for it. A block of 8 x 8 in a JPEG takes a bit, of two components that share their blocks half of
 * one; deflate, in PNG, makes a byte of 1,032 pixels of a bit.
 */
const LEAST_BITS: Partial<Record<ImageHeader['format'], (pixels: number) => number>> = {
  jpeg: (pixels) => pixels / 64 / 2,
  png: (pixels) => pixels / 1032,
};

/** Why a file is too small for the size that it states, in words that go on from its name; else null. */
export function tooFewBytes({ format, width, height }: ImageHeader, fileSize: number): string | null {
  const least = Math.floor((LEAST_BITS[format]?.(width * height) ?? 0) / 8);
  if (fileSize >= least) return null;
  return `it says that it is ${width} x ${height} pixels, and has ${fileSize} of at least ${least} bytes for them`;
}
