// Unpacks a gzip file into a Blob, which the browser keeps on the disk where it is large, so that what lies
// in it can be read anywhere. Not here: what lies in it (tar-reader.ts).
import { GrowingBlob } from './growing-blob.ts';
import { begins, GZIP } from './magic.ts';

/** Whether a file that begins with these bytes is packed by gzip. */
export const isGzip = (head: Uint8Array): boolean => begins(head, GZIP);

/** The first `length` bytes that are packed; fewer where there are fewer, or where they are damaged. */
export async function gunzippedHead(file: Blob, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const reader = unpacking(file).getReader();
  let at = 0;
  while (at < length) {
    const piece = await reader.read().catch(() => null);
    if (!piece || piece.done) break;
    const some = piece.value.subarray(0, length - at);
    bytes.set(some, at);
    at += some.length;
  }
  await reader.cancel().catch(() => undefined);
  return bytes.subarray(0, at);
}

/**
 * All that is packed, up to `most` bytes; `cut`: why this is only what lies before, else null. Begins with
 * "it". Never rejects.
 */
export async function gunzipped(
  file: Blob,
  most = mostUnpacked(file.size),
): Promise<{ blob: Blob; cut: string | null }> {
  const reader = unpacking(file).getReader();
  const whole = new GrowingBlob();
  for (;;) {
    const piece = await reader.read().catch(() => null);
    if (!piece) return { blob: whole.blob, cut: 'it is cut off or damaged' };
    if (piece.done) return { blob: whole.blob, cut: null };
    if (whole.size + piece.value.length > most) {
      await reader.cancel().catch(() => undefined);
      return { blob: whole.blob, cut: `it unpacks to over ${Math.round(most / 1e6)} MB` };
    }
    whole.add(piece.value);
  }
}

/** Numbers and drawings are packed to a tenth; a file of zeros, to a thousandth. */
const mostUnpacked = (bytes: number): number => Math.max(512e6, 100 * bytes);

const unpacking = (file: Blob): ReadableStream<Uint8Array<ArrayBuffer>> =>
  file.stream().pipeThrough(new DecompressionStream('gzip'));
