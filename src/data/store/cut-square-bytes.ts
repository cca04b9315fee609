// The square of a picture that was cut by hand as edits.bin has it: u32 left, top and edge in the upright
// picture of its file, its difference hash, its pixels. Pure. Not here: cutting it (../edit-squares.ts), the
// bytes of several (edit-step.ts).
import type { Region } from '../resize.ts';

const HASH_BYTES = 8;
const HEAD_BYTES = 12 + HASH_BYTES;

export interface CutSquare {
  /** In pixels of the upright picture. */
  region: Region;
  /** The 64 bits of difference-hash.ts. */
  differenceHash: Uint8Array<ArrayBuffer>;
  /** [size, size, 3] bytes. */
  pixels: Uint8Array<ArrayBuffer>;
}

/** The bytes of edits.bin. */
export function packSquare({
  region: { left, top, edge },
  differenceHash,
  pixels,
}: CutSquare): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + pixels.length);
  const view = new DataView(bytes.buffer);
  [left, top, edge].forEach((value, i) => view.setUint32(i * 4, value, true));
  bytes.set(differenceHash, 12);
  bytes.set(pixels, HEAD_BYTES);
  return bytes;
}

/** The square in these bytes, which it shares. */
export function unpackSquare(bytes: Uint8Array<ArrayBuffer>): CutSquare {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [left, top, edge] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [number, number, number];
  return {
    region: { left, top, edge },
    differenceHash: bytes.subarray(12, HEAD_BYTES),
    pixels: bytes.subarray(HEAD_BYTES),
  };
}
