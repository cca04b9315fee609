// One picture file as a square of RGB bytes, or the reason why not. The header is checked before the browser
// decodes it. Not here: which files are tried, what is stored (own-pictures.ts), the resizing (resize.ts).
import { faultOf } from '../fault.ts';
import { context2d } from '../formats/canvas-2d.ts';
import type { ImageHeader } from '../formats/image-format.ts';
import { overLimits, readImageHeader } from '../formats/image-header.ts';
import { findExif, FIRST_CHUNK, type WebpExif, withoutExif } from '../formats/image-webp.ts';
import { areaFilter, centreSquare, resizeSquare } from './resize.ts';

/** `why` goes on from the file's name: "it is text, no JPEG, PNG, WebP or GIF". */
export type Refused = { ok: false; why: string };
export type Checked = { ok: true; header: ImageHeader } | Refused;
export type Decoded = { ok: true; pixels: Uint8Array<ArrayBuffer> } | Refused;

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

/** Most pixels of a strip, which is in memory beside the decoded picture. */
const STRIP_PIXELS = 1024 * 1024;

/**
 * Reads a picture file's header and compares it with the limits. `whole`: all bytes of the file, where they
 * are read already. Decodes nothing; never rejects.
 */
export async function checkPicture(file: Blob, whole: ArrayBuffer | null = null): Promise<Checked> {
  let why = '';
  for (const length of HEADER_BYTES) {
    const bytes = whole ?? (await bytesOf(file.slice(0, length)));
    if (typeof bytes === 'string') return { ok: false, why: `it cannot be read (${bytes})` };
    const result = readImageHeader(new Uint8Array(bytes), file.size);
    if (result.ok) {
      const tooLarge = overLimits(result.header, file.size);
      if (tooLarge !== null) return { ok: false, why: tooLarge };
      const exif = result.header.format === 'webp' ? await exifOf(file) : null;
      return exif ? { ok: true, header: { ...result.header, orientation: exif.orientation } } : result;
    }
    why = result.why;
    if (!result.more) break;
  }
  return { ok: false, why };
}

/** The bytes of a file, or why there are none. */
export const bytesOf = (file: Blob): Promise<ArrayBuffer | string> =>
  file.arrayBuffer().catch((error: unknown) => String(error));

/** The EXIF chunk of a WebP; null where it has none, or hides it behind very many others. */
async function exifOf(file: Blob): Promise<WebpExif | null> {
  let from = FIRST_CHUNK;
  for (let i = 0; i < MOST_EXIF_PIECES && from < file.size; i++) {
    const piece = await file
      .slice(from, from + EXIF_PIECE_BYTES)
      .arrayBuffer()
      .catch(() => null);
    const found = piece && findExif(new Uint8Array(piece), from);
    if (!found || 'orientation' in found) return found;
    if (found.next <= from) return null; // the file ends inside a chunk's header
    from = found.next;
  }
  return null;
}

/**
 * The middle square of a checked picture, [size, size, 3] bytes: first frame, upright by its EXIF
 * orientation, sRGB, on white where transparent. Never rejects.
 */
export async function decodeSquare(file: Blob, header: ImageHeader, size: number): Promise<Decoded> {
  // Browsers stand JPEG and PNG upright; WebP only some do, so none is asked to.
  const exif = header.format === 'webp' && header.orientation !== 1 ? await exifOf(file) : null;
  const source = exif ? await withoutExif(file, exif).catch(() => file) : file;
  const bitmap = await decodeWithin(source, DECODE_LIMIT_MS);
  if (typeof bitmap === 'string') return { ok: false, why: bitmap };
  try {
    const why = overLimits({ format: 'png', width: bitmap.width, height: bitmap.height, orientation: 1 }, 0);
    return why === null
      ? { ok: true, pixels: squareOf(bitmap, size, exif?.orientation ?? 1) }
      : { ok: false, why };
  } finally {
    bitmap.close();
  }
}

/** The middle square of [height, width, channels] bytes that are pixels already, [size, size, 3] bytes. */
export function squareOfPixels({ bytes, ...picture }: SentPixels, size: number): Decoded {
  const { width, height, channels } = picture;
  if (bytes.length !== width * height * channels)
    return { ok: false, why: `it has ${bytes.length} bytes for ${width} x ${height} pixels` };
  const colours = channels === 3 ? bytes : asColours(bytes);
  return { ok: true, pixels: resizeSquare(colours, { width, height, channels: 3 }, size) };
}

/** Why an entry's bytes were not read. */
export const whyUnread = (error: unknown): Refused => {
  const { expected, got } = faultOf(error);
  return { ok: false, why: `it cannot be read (${got} in the place of ${expected})` };
};

/** Grey bytes three times each. */
function asColours(grey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(grey.length * 3);
  for (const [i, value] of grey.entries()) bytes.fill(value, i * 3, i * 3 + 3);
  return bytes;
}

/** The decoded bitmap, or why there is none. */
async function decodeWithin(file: Blob, limitMs: number): Promise<ImageBitmap | string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it takes over ${limitMs / 1000} seconds to decode`), limitMs);
  });
  const decoding = createImageBitmap(file).catch(() => 'it is damaged: the browser cannot decode it');
  const first = await Promise.race([decoding, late]);
  clearTimeout(timer);
  // A bitmap that arrives after the limit must not stay in memory.
  if (typeof first === 'string') void decoding.then((bitmap) => typeof bitmap !== 'string' && bitmap.close());
  return first;
}

/** Where a picture of these stored pixels stands upright, as a matrix of a canvas, by EXIF orientation. */
const UPRIGHT: readonly ((
  width: number,
  height: number,
) => [number, number, number, number, number, number])[] = [
  () => [1, 0, 0, 1, 0, 0],
  (width) => [-1, 0, 0, 1, width, 0],
  (width, height) => [-1, 0, 0, -1, width, height],
  (_, height) => [1, 0, 0, -1, 0, height],
  () => [0, 1, 1, 0, 0, 0],
  (_, height) => [0, 1, -1, 0, height, 0],
  (width, height) => [0, -1, -1, 0, height, width],
  (width) => [0, -1, 1, 0, 0, width],
];

let kept: OffscreenCanvasRenderingContext2D | null = null;

/** The canvas of the picture before where it has this size: a new one costs as much as drawing into it. */
function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const isOfSize = kept?.canvas.width === width && kept.canvas.height === height;
  if (!kept || !isOfSize) kept = context2d(width, height);
  return kept;
}

/** Read in strips at full size: only the bitmap holds the whole picture. Why not scaled: resize.ts. */
function squareOf(bitmap: ImageBitmap, size: number, orientation: number): Uint8Array<ArrayBuffer> {
  const isTurned = orientation > 4;
  const [width, height] = isTurned ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height];
  const { left, top, edge } = centreSquare(width, height);
  const [a, b, c, d, x, upTo] = UPRIGHT[orientation - 1]?.(bitmap.width, bitmap.height) ?? [1, 0, 0, 1, 0, 0];
  const filter = areaFilter(edge, size);
  const result = new Uint8Array(size * size * 3);
  for (let row = 0; row < size;) {
    const band = filter.band(row, Math.floor(STRIP_PIXELS / edge));
    const rows = band.last - band.first + 1;
    const context = canvasOf(edge, rows);
    context.fillStyle = '#fff';
    context.imageSmoothingEnabled = false;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillRect(0, 0, edge, rows);
    context.setTransform(a, b, c, d, x - left, upTo - (top + band.first));
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, edge, rows);
    filter.fill(band, { words: new Uint32Array(data.buffer), at: 0, stride: edge }, result);
    row = band.endRow;
  }
  return result;
}
