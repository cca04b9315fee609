// Unpacks a gzip file into a Blob, which the browser keeps on the disk where it is large, so that what lies
// in it can be read anywhere. Not here: what lies in it (tar-reader.ts).
import { type Fault, FaultError } from '../fault.ts';
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
 * "it". Throws FaultError kind `file` where the browser has no room for it, and an AbortError at the next
 * piece once `signal` is aborted.
 */
export async function gunzipped(
  file: Blob,
  { most = mostUnpacked(file.size), signal }: { most?: number; signal?: AbortSignal | undefined } = {},
): Promise<{ blob: Blob; cut: string | null }> {
  const reader = unpacking(file).getReader();
  const whole = new GrowingBlob();
  let cut: string | null = null;
  for (;;) {
    const piece = await reader.read().catch(() => null);
    if (!piece) cut = 'it is cut off or damaged';
    else if (!piece.done && whole.size + piece.value.length > most)
      cut = `it unpacks to over ${Math.round(most / 1e6)} MB`;
    if (signal?.aborted || cut !== null) await reader.cancel().catch(() => undefined);
    signal?.throwIfAborted();
    if (cut !== null || !piece || piece.done) break;
    whole.add(piece.value);
  }
  const { blob } = whole;
  // A browser that has no room for a Blob says so when it is read.
  if (!(await isReadable(blob))) throw new FaultError(noRoomFor(blob.size));
  return { blob, cut };
}

const isReadable = (blob: Blob): Promise<boolean> =>
  blob
    .slice(-1)
    .arrayBuffer()
    .then(
      ({ byteLength }) => byteLength === Math.min(1, blob.size),
      () => false,
    );

const noRoomFor = (bytes: number): Fault => ({
  kind: 'file',
  title: 'There is no room to unpack this archive',
  what: 'Nothing was imported. A gzipped archive is unpacked before its files are read.',
  expected: `room for ${Math.ceil(bytes / 1e6)} MB, which the browser keeps while the files are in use`,
  got: 'less',
  todo: ['Unpack it yourself and choose the .tar or the folder: these are read where they lie.'],
});

/** Numbers and drawings are packed to a tenth; a file of zeros, to a thousandth. */
const mostUnpacked = (bytes: number): number => Math.max(512e6, 100 * bytes);

const unpacking = (file: Blob): ReadableStream<Uint8Array<ArrayBuffer>> =>
  file.stream().pipeThrough(new DecompressionStream('gzip'));
