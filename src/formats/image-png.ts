// The size of a PNG from its IHDR chunk (PNG specification, third edition, 11.2.1). Not here: pixels.
import { viewOf } from './file-bytes.ts';
import { crc32 } from './crc32.ts';
import { type HeaderResult, headerOf, refuse, textAt, tooShort } from './image-format.ts';
import { begins, PNG } from './magic.ts';

/** Bit depths that each colour type may have; a PNG has no other pairs. */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Whether the file has the whole signature of a PNG. `bytes`: the file's first 8 or more. */
export const isPng = (bytes: Uint8Array): boolean =>
  begins(bytes, PNG) && textAt(bytes, 4, 4) === '\r\n\x1a\n';

/**
 * The stored size, once the header's checksum is right. `bytes`: from the file's start; `fileSize` in bytes.
 */
export function readPngHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (bytes.length < 33) return tooShort('PNG', bytes, fileSize);
  const view = viewOf(bytes);
  if (view.getUint32(8) !== 13 || textAt(bytes, 12, 4) !== 'IHDR')
    return refuse('this PNG does not begin with its header');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = bytes.subarray(24, 29);
  if (!BIT_DEPTHS[colour]?.includes(depth))
    return refuse(`no PNG has colour type ${colour} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    return refuse('this PNG uses methods that no PNG has');
  if (crc32(bytes.subarray(12, 29)) !== view.getUint32(29)) return refuse("this PNG's header is damaged");
  return headerOf('png', width, height);
}
