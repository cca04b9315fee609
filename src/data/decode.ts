// One picture file as a square of RGB bytes, or the reason why not. The header is checked before the browser
// decodes it. Not here: which files are tried, what is stored (own-pictures.ts), the resizing (resize.ts).
import { context2d } from '../formats/canvas-2d.ts';
import type { ImageHeader } from '../formats/image-format.ts';
import { overLimits, readImageHeader } from '../formats/image-header.ts';
import { AreaFilter, centreSquare } from './resize.ts';

/** `why` goes on from the file's name: "it is text, no JPEG, PNG, WebP or GIF". */
export type Refused = { ok: false; why: string };
export type Checked = { ok: true; header: ImageHeader } | Refused;
export type Decoded = { ok: true; pixels: Uint8Array<ArrayBuffer> } | Refused;

/** Bytes to look for the size in: nearly always 64 KiB, but a JPEG may begin with megabytes of metadata. */
const HEADER_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

const DECODE_LIMIT_MS = 10_000;

/** Most pixels of a strip, which is in memory beside the decoded picture. */
const STRIP_PIXELS = 1024 * 1024;

/** Reads a picture file's header and compares it with the limits. Decodes nothing; never rejects. */
export async function checkPicture(file: Blob): Promise<Checked> {
  let why = '';
  for (const length of HEADER_BYTES) {
    const bytes = await file
      .slice(0, length)
      .arrayBuffer()
      .catch((error: unknown) => String(error));
    if (typeof bytes === 'string') return { ok: false, why: `it cannot be read (${bytes})` };
    const result = readImageHeader(new Uint8Array(bytes), file.size);
    if (result.ok) {
      const tooLarge = overLimits(result.header, file.size);
      return tooLarge === null ? result : { ok: false, why: tooLarge };
    }
    why = result.why;
    if (!result.more) break;
  }
  return { ok: false, why };
}

/**
 * The middle square of a checked picture, [size, size, 3] bytes: first frame, upright by its EXIF
 * orientation, sRGB, on white where transparent. Never rejects.
 */
export async function decodeSquare(file: Blob, size: number): Promise<Decoded> {
  const bitmap = await decodeWithin(file, DECODE_LIMIT_MS);
  if (typeof bitmap === 'string') return { ok: false, why: bitmap };
  try {
    const why = overLimits({ format: 'png', width: bitmap.width, height: bitmap.height, orientation: 1 }, 0);
    return why === null ? { ok: true, pixels: squareOf(bitmap, size) } : { ok: false, why };
  } finally {
    bitmap.close();
  }
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

/** Read in strips at full size: only the bitmap holds the whole picture. Why not scaled: resize.ts. */
function squareOf(bitmap: ImageBitmap, size: number): Uint8Array<ArrayBuffer> {
  const { left, top, edge } = centreSquare(bitmap.width, bitmap.height);
  const rows = Math.max(1, Math.min(edge, Math.floor(STRIP_PIXELS / edge)));
  const context = context2d(edge, rows);
  context.fillStyle = '#fff';
  const filter = new AreaFilter(edge, size);
  for (let y = 0; y < edge; y += rows) {
    context.fillRect(0, 0, edge, rows);
    context.drawImage(bitmap, -left, -(top + y));
    const here = Math.min(rows, edge - y);
    const { data } = context.getImageData(0, 0, edge, here);
    for (let row = 0; row < here; row++) filter.pushRow(data, row * edge * 4, 4);
  }
  return filter.finish();
}
