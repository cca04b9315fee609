// The size of a WebP from its first chunk: VP8 (lossy), VP8L (lossless) or VP8X (extended), RFC 9649, and its
// orientation from the EXIF chunk, which may lie behind the picture. Not here: pixels.
import { EXIF_MARK, exifOrientation } from './exif-orientation.ts';
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, headerOf, refuse, textAt, tooShort } from './image-format.ts';

const CHUNK_DATA = 20;
/** Where the first chunk begins: behind "RIFF", the size and "WEBP". */
export const FIRST_CHUNK = 12;
const CHUNK_HEADER = 8;
/** The byte of a VP8X chunk in which this bit says that an EXIF chunk follows. */
const FLAGS_AT = CHUNK_DATA;
const HAS_EXIF = 0x08;

/** The canvas' size. `bytes`: from the file's start; `fileSize` in bytes. */
export function readWebpHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (bytes.length < CHUNK_DATA + 10) return tooShort('WebP', bytes, fileSize);
  const view = viewOf(bytes);
  const stated = view.getUint32(4, true) + 8;
  if (stated > fileSize) return refuse(`this WebP is cut off: ${fileSize} bytes of ${stated}`);
  switch (textAt(bytes, 12, 4)) {
    case 'VP8 ':
      return readLossy(view);
    case 'VP8L':
      return readLossless(view);
    case 'VP8X':
      return readExtended(bytes, view);
    default:
      return refuse('this WebP begins with a chunk that no WebP begins with');
  }
}

/** Of a larger file, the orientation may lie behind `bytes`: `findExif` goes on. */
function readExtended(bytes: Uint8Array, view: DataView): HeaderResult {
  const result = headerOf('webp', 1 + uint24(view, CHUNK_DATA + 4), 1 + uint24(view, CHUNK_DATA + 7));
  const exif = findExif(bytes.subarray(FIRST_CHUNK), FIRST_CHUNK);
  if (result.ok && exif && 'orientation' in exif) result.header.orientation = exif.orientation;
  return result;
}

/** The EXIF chunk of a WebP. */
export interface WebpExif {
  orientation: number;
  /** Where the chunk begins in the file. */
  at: number;
}

/**
 * Looks for the EXIF chunk in a piece of a WebP that begins with a chunk at byte `from` of the file. `next`:
 * where to look further, the chunk that does not lie whole in the piece. Null: it has no sound orientation.
 */
export function findExif(piece: Uint8Array, from: number): WebpExif | { next: number } | null {
  const view = viewOf(piece);
  for (let at = 0; ;) {
    if (at + CHUNK_HEADER > piece.length) return { next: from + at };
    const size = view.getUint32(at + 4, true);
    if (textAt(piece, at, 4) === 'EXIF') {
      const data = piece.subarray(at + CHUNK_HEADER, at + CHUNK_HEADER + size);
      if (data.length < size && at > 0) return { next: from + at };
      const marked = textAt(data, 0, EXIF_MARK.length) === EXIF_MARK;
      const orientation = exifOrientation(marked ? data.subarray(EXIF_MARK.length) : data);
      return orientation === null ? null : { orientation, at: from + at };
    }
    at += CHUNK_HEADER + size + (size % 2);
  }
}

/** The same WebP without what it says of its orientation: browsers differ in whether they follow it. */
export async function withoutExif(file: Blob, { at }: WebpExif): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, FLAGS_AT + 1).arrayBuffer());
  head[FLAGS_AT] = (head[FLAGS_AT] ?? 0) & ~HAS_EXIF;
  return new Blob([head, file.slice(head.length, at), 'XXXX', file.slice(at + 4)], { type: file.type });
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** RFC 6386 9.1: a frame tag of three bytes, the start code, then 14 bits each of width and height. */
function readLossy(view: DataView): HeaderResult {
  const keyFrame = (view.getUint8(CHUNK_DATA) & 1) === 0;
  if (!keyFrame || uint24(view, CHUNK_DATA + 3) !== 0x2a019d)
    return refuse("this WebP's picture does not begin as it must");
  return headerOf(
    'webp',
    view.getUint16(CHUNK_DATA + 6, true) & 0x3fff,
    view.getUint16(CHUNK_DATA + 8, true) & 0x3fff,
  );
}

/** RFC 9649 3.4: signature 0x2f, then 14 bits each of width - 1 and height - 1, an alpha hint, version 0. */
function readLossless(view: DataView): HeaderResult {
  const bits = view.getUint32(CHUNK_DATA + 1, true);
  if (view.getUint8(CHUNK_DATA) !== 0x2f || bits >>> 29 !== 0)
    return refuse("this WebP's picture does not begin as it must");
  return headerOf('webp', 1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
}
