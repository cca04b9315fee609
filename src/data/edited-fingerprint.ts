// The fingerprint of a set of which pictures were removed, or cut by hand: it follows from that of the import
// and from what was done, whenever it was done. Pure. Not here: that of an import (fingerprint.ts).
import { hexDigest } from '../formats/hex-digest.ts';
import type { Edits } from './store/edits.ts';

/**
 * Of the pixels as imported, with the squares that were cut by hand (`cut`: numbers, ascending), without the
 * removed ones (their numbers, ascending).
 */
export async function editedFingerprint(
  imported: string,
  edits: Pick<Edits, 'cut' | 'squareOf'> | null,
  removed: Uint32Array,
): Promise<string> {
  const cut = edits?.cut ?? [];
  const digests = cut.map(async (number) => [number, await pixelsDigest(edits, number)] as const);
  const parts = (await Promise.all(digests)).flatMap(([number, digest]) => [numberBytes([number]), digest]);
  const withSquares = parts.length === 0 ? imported : await told(`cut from ${imported}`, parts);
  return removed.length === 0 ? withSquares : told(`removed from ${withSquares}`, [numberBytes(removed)]);
}

/** Numbers as edits.bin has them: u32 each. */
export function numberBytes(numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) view.setUint32(i * 4, numbers[i] as number, true);
  return bytes;
}

const pixelsDigest = async (edits: Pick<Edits, 'squareOf'> | null, number: number): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', edits?.squareOf(number)?.pixels ?? new Uint8Array()));

/** SHA-256 (hex) of a text and some bytes. */
const told = async (text: string, parts: readonly Uint8Array[]): Promise<string> =>
  hexDigest(new Uint8Array(await new Blob([text, ...(parts as Uint8Array<ArrayBuffer>[])]).arrayBuffer()));
