// Whether there is room for the pictures of an import, before the first one is stored. Not here: storage
// that becomes full meanwhile (store/set-file.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { ImportNote } from './store/import-note.ts';
import { RECORD_BYTES } from './store/record.ts';

/** Path, class and captions of a picture, about. */
const TEXT_BYTES = 128;

/**
 * Throws FaultError kind `storage` where the browser has less room than the pictures take. `takes`: whether
 * it takes a file of so many bytes. Passes where the number of pictures is not known.
 */
export async function refuseWithoutRoom(
  { total, size, addTo }: ImportNote,
  takes: (bytes: number) => boolean,
): Promise<void> {
  if (!total) return;
  const { usage = 0, quota = Infinity } = await navigator.storage.estimate();
  const count = total + (addTo?.count ?? 0);
  const needed = count * (size ** 2 * 3 + RECORD_BYTES + TEXT_BYTES);
  // An estimate may promise more than there is: what counts is whether room is given when it is asked for.
  if (needed > quota - usage) throw new FaultError(noRoom(count, size, needed, quota - usage));
  if (!takes(needed)) throw new FaultError(noRoom(count, size, needed, null));
}

const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;

/** `free`: bytes; null: less than is needed. */
const noRoom = (count: number, size: number, needed: number, free: number | null): Fault => ({
  kind: 'storage',
  title: 'There is no room for these pictures',
  what: 'Nothing was stored. Your checkpoints are untouched.',
  expected: `${gigabytes(needed)} for ${count} pictures of ${size} x ${size}`,
  got:
    free === null
      ? 'less: the browser refused to reserve it'
      : `${gigabytes(Math.max(0, free))} for this page`,
  todo: [
    'Delete pictures or checkpoints that you do not need, or free space on the disk.',
    'Or choose a smaller image size, or fewer pictures, and import again.',
  ],
});
