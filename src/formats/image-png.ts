// The size of a PNG from its IHDR chunk (PNG specification, third edition, 11.2.1). Not here: its pixels.
import { type HeaderResult, headerOf, refuse, textAt, tooShort, viewOf } from './image-format.ts';

/** Bit depths that each colour type may have; other pairs are no PNG. */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

export const isPng = (bytes: Uint8Array): boolean => textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n';

/** Bytes from the file's start; `fileSize` in bytes. */
export function readPngHeader(bytes: Uint8Array, fileSize: number): HeaderResult {
  if (bytes.length < 33) return tooShort('PNG', bytes, fileSize);
  const view = viewOf(bytes);
  if (view.getUint32(8) !== 13 || textAt(bytes, 12, 4) !== 'IHDR')
    return refuse('this PNG does not begin with its header');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29) as unknown as number[];
  const depths = BIT_DEPTHS[colour ?? -1];
  if (!depths?.includes(depth ?? -1)) return refuse(`no PNG has colour type ${colour} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || (interlace ?? 2) > 1)
    return refuse('this PNG uses methods that no PNG has');
  if (crc32(bytes.subarray(12, 29)) !== view.getUint32(29)) return refuse("this PNG's header is damaged");
  return headerOf('png', width, height);
}

/** CRC-32 as PNG and zip have it (ISO 3309), bit by bit: only ever over 17 bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
