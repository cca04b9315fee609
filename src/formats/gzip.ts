// Unpacks a gzip file into a Blob, which the browser keeps on the disk where it is large, so that what lies
// in it can be read anywhere. Not here: what lies in it (tar-reader.ts).
import { begins, GZIP } from './magic.ts';

/** Pieces that are joined before they leave the memory of the page. */
const PIECE_BYTES = 4 * 1024 * 1024;

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

/** All that is packed; `cut`: the file is damaged or cut off, and this is what lies before. Never rejects. */
export async function gunzipped(file: Blob): Promise<{ blob: Blob; cut: boolean }> {
  const reader = unpacking(file).getReader();
  const whole: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const join = (): void => {
    whole.push(new Blob(pieces));
    [pieces, bytes] = [[], 0];
  };
  for (;;) {
    const piece = await reader.read().catch(() => null);
    if (!piece || piece.done) {
      join();
      return { blob: new Blob(whole), cut: piece === null };
    }
    pieces.push(piece.value);
    bytes += piece.value.length;
    if (bytes >= PIECE_BYTES) join();
  }
}

const unpacking = (file: Blob): ReadableStream<Uint8Array<ArrayBuffer>> =>
  file.stream().pipeThrough(new DecompressionStream('gzip'));
