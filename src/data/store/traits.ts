// What is kept of a picture beside its pixels, that follows from them alone. Pure.
import { crc32 } from '../../formats/crc32.ts';
import { differenceHash } from './difference-hash.ts';

export interface Traits {
  /** SHA-256. */
  digest: Uint8Array;
  crc: number;
  /** The 64 bits of difference-hash.ts. */
  differenceHash: Uint8Array;
}

/** Of [size, size, 3] bytes. */
export async function traitsOf(pixels: Uint8Array<ArrayBuffer>, size: number): Promise<Traits> {
  const digest = crypto.subtle.digest('SHA-256', pixels);
  return {
    crc: crc32(pixels),
    differenceHash: differenceHash(pixels, size),
    digest: new Uint8Array(await digest),
  };
}
