// The size of a WebP from its first chunk: VP8 (lossy), VP8L
// (lossless) or VP8X (extended), RFC 9649. Not here: pixels.
import { viewOf } from './file-bytes.ts';
import { type HeaderResult, headerOf, refuse, textAt, tooShort } from './image-format.ts';

const CHUNK_DATA = 20;

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
      return headerOf('webp', 1 + uint24(view, CHUNK_DATA + 4), 1 + uint24(view, CHUNK_DATA + 7));
    default:
      return refuse('this WebP begins with a chunk that no WebP begins with');
  }
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
