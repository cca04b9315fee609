// One picture file as a square of RGB bytes, or the reason why not. The header is checked before the browser
// decodes it. Not here: which files are tried, what is stored (own-pictures.ts), the pixels of a decoded one
// (bitmap-pixels.ts; of most small JPEGs jpeg-planes.ts), the square of them (cut-square.ts).
import { faultOf } from '../fault.ts';
import type { ImageHeader } from '../formats/image-format.ts';
import { overLimits, readImageHeader, tooFewBytes, undecodable } from '../formats/image-header.ts';
import { findExif, FIRST_CHUNK, type WebpExif, withoutExif } from '../formats/image-webp.ts';
import { BitmapPixels, isSeenThrough } from './bitmap-pixels.ts';
import { bytesIn, type Content } from './content.ts';
import { cutSquare } from './cut-square.ts';
import type { Ground, Place, Wanted } from './framing.ts';
import { inTime } from './in-time.ts';
import { planesOf } from './jpeg-planes.ts';
import { type Region, type Words, wordsOf } from './resize.ts';

/** `why` goes on from the file's name: "it is text, not a picture". */
export type Refused = { ok: false; why: string };
export type Checked = { ok: true; header: ImageHeader } | Refused;
/** `place`, `region`: where its square lies. */
export type Decoded = { ok: true; pixels: Uint8Array<ArrayBuffer>; place: Place; region: Region } | Refused;

/** A picture whose bytes, [height, width, channels], are pixels already. */
export interface SentPixels {
  kind: 'pixels';
  bytes: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** Bytes to look for the size in: nearly always 64 KiB, but a JPEG may begin with megabytes of metadata. */
const HEADER_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

const DECODE_LIMIT_MS = 10_000;

/** Pieces of a WebP that are read in search of its orientation, which lies behind all its frames. */
const EXIF_PIECE_BYTES = 64 * 1024;
const MOST_EXIF_PIECES = 256;

/** Reads a picture file's header and compares it with the limits. Decodes nothing; never rejects. */
export async function checkPicture(file: Content): Promise<Checked> {
  const size = sizeOf(file);
  let why = '';
  for (const length of HEADER_BYTES) {
    const bytes = await bytesOf(part(file, 0, length));
    if (typeof bytes === 'string') return { ok: false, why: `it cannot be read (${bytes})` };
    const result = readImageHeader(bytes, size);
    if (result.ok) {
      const unfit = overLimits(result.header, size) ?? tooFewBytes(result.header, size);
      if (unfit !== null) return { ok: false, why: unfit };
      const exif = result.header.format === 'webp' ? await exifOf(file) : null;
      return exif ? { ok: true, header: { ...result.header, orientation: exif.orientation } } : result;
    }
    why = result.why;
    if (!result.more) break;
  }
  return { ok: false, why };
}

/** The bytes of a file, or why there are none. */
export const bytesOf = (file: Content): Promise<Uint8Array<ArrayBuffer> | string> =>
  bytesIn(file).catch((error: unknown) => String(error));

const blobOf = (file: Content): Blob => (file instanceof Blob ? file : new Blob([file]));

const sizeOf = (file: Content): number => (file instanceof Blob ? file.size : file.length);

const part = (file: Content, begin: number, end: number): Content =>
  file instanceof Blob ? file.slice(begin, end) : file.subarray(begin, end);

/** The EXIF chunk of a WebP; null where it has none, or hides it behind very many others. */
async function exifOf(file: Content): Promise<WebpExif | null> {
  let from = FIRST_CHUNK;
  for (let i = 0; i < MOST_EXIF_PIECES && from < sizeOf(file); i++) {
    const piece = await bytesOf(part(file, from, from + EXIF_PIECE_BYTES));
    const found = typeof piece === 'string' ? null : findExif(piece, from);
    if (!found || 'orientation' in found) return found;
    if (found.next <= from) return null; // the file ends inside a chunk's header
    from = found.next;
  }
  return null;
}

/**
 * The wanted square of a checked picture: first frame, upright by its EXIF orientation, sRGB. Never
 * rejects.
 */
export async function decodeSquare(file: Content, header: ImageHeader, wanted: Wanted): Promise<Decoded> {
  const planes = await planesOf(file, header);
  if (planes) return { ok: true, ...cutSquare(planes, wanted) };
  const decoded = await decodeUpright(file, header);
  if (!decoded.ok) return decoded;
  const { bitmap, orientation } = decoded;
  try {
    return { ok: true, ...cutSquare(new BitmapPixels(bitmap, orientation, wanted.ground), wanted) };
  } finally {
    bitmap.close();
  }
}

/** `orientation`: how the bitmap has to be turned. */
async function decodeUpright(
  file: Content,
  header: ImageHeader,
): Promise<{ ok: true; bitmap: ImageBitmap; orientation: number } | Refused> {
  // Browsers stand JPEG and PNG upright; WebP only some do, so none is asked to.
  const exif = header.format === 'webp' && header.orientation !== 1 ? await exifOf(file) : null;
  const blob = blobOf(file);
  const source = exif ? await withoutExif(blob, exif).catch(() => blob) : blob;
  const bitmap = await decodeWithin(source, header.format, DECODE_LIMIT_MS);
  if (typeof bitmap === 'string') return { ok: false, why: bitmap };
  const why = overLimits({ format: 'png', width: bitmap.width, height: bitmap.height, orientation: 1 }, 0);
  if (why === null) return { ok: true, bitmap, orientation: exif?.orientation ?? 1 };
  bitmap.close();
  return { ok: false, why };
}

/** A picture as it stands upright: [height, width, 4] bytes, and its size in the file. */
export type Whole = { ok: true; of: { width: number; height: number }; shown: ImageData } | Refused;

/** A checked picture to be looked at, smaller where a side has over `most` pixels. Never rejects. */
export async function decodeWhole(
  file: Content,
  header: ImageHeader,
  ground: Ground,
  most: number,
): Promise<Whole> {
  const decoded = await decodeUpright(file, header);
  if (!decoded.ok) return decoded;
  const { bitmap, orientation } = decoded;
  try {
    const pixels = new BitmapPixels(bitmap, orientation, ground);
    return { ok: true, of: { width: pixels.width, height: pixels.height }, shown: pixels.shown(most) };
  } finally {
    bitmap.close();
  }
}

/** Whether a picture that can be decoded has transparent parts. Never rejects. */
export async function isTransparent(file: Content): Promise<boolean> {
  const checked = await checkPicture(file);
  if (!checked.ok || checked.header.format === 'jpeg') return false;
  const bitmap = await decodeWithin(blobOf(file), checked.header.format, DECODE_LIMIT_MS);
  if (typeof bitmap === 'string') return false;
  const isSeen = isSeenThrough(bitmap);
  bitmap.close();
  return isSeen;
}

/** The wanted square of [height, width, channels] bytes that are pixels already. */
export function squareOfPixels({ bytes, width, height, channels }: SentPixels, wanted: Wanted): Decoded {
  if (bytes.length !== width * height * channels)
    return { ok: false, why: `it has ${bytes.length} bytes for ${width} x ${height} pixels` };
  const words = wordsOf(bytes, channels);
  const read = (left: number, top: number): Words => ({ words, at: top * width + left, stride: width });
  return { ok: true, ...cutSquare({ width, height, read }, wanted) };
}

/** Why an entry's bytes were not read. */
export const whyUnread = (error: unknown): Refused => {
  const { expected, got } = faultOf(error);
  return { ok: false, why: `it cannot be read (${got} in the place of ${expected})` };
};

/** The decoded bitmap, or why there is none. */
async function decodeWithin(
  file: Blob,
  format: ImageHeader['format'],
  limitMs: number,
): Promise<ImageBitmap | string> {
  const decoding = createImageBitmap(file).catch(() => undecodable(format));
  // A bitmap that arrives after the limit must not stay in memory.
  const first = await inTime(decoding, limitMs, (late) => typeof late !== 'string' && late.close());
  return first ?? `it takes over ${limitMs / 1000} seconds to decode`;
}
