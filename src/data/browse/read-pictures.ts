// Pixels of a set that is looked through: all pictures, some at a time, or those of some numbers. Not here:
// what is made of them.
import type { BrowsedSet } from './browsed-set.ts';

/** Bytes that are read at once. */
const AT_ONCE_BYTES = 2 * 1024 * 1024;

const atOnce = (set: BrowsedSet): number =>
  Math.max(1, Math.floor(AT_ONCE_BYTES / (set.size * set.size * 3)));

/** Who waits for the whole set to be read. */
export interface Reader {
  /** Called when another hundredth is read. */
  onRead: (done: number, total: number) => void;
  /** Ends it, by the error AbortError. */
  signal: AbortSignal;
}

/** Visits every stored picture, [size, size, 3] bytes, in the order of their numbers. */
export async function eachPicture(
  set: BrowsedSet,
  visit: (number: number, pixels: Uint8Array) => void,
  { onRead, signal }: Reader,
): Promise<void> {
  const bytes = set.size * set.size * 3;
  const step = atOnce(set);
  const read = (from: number) => set.read(from, Math.min(set.stored, from + step));
  let next = read(0);
  let told = 0;
  for (let from = 0; from < set.stored; from += step) {
    const some = await next;
    signal.throwIfAborted();
    const parts = Math.floor((100 * from) / set.stored);
    if (parts > told) onRead(from, set.stored);
    told = parts;
    // The browser reads on while these are looked at.
    next = from + step < set.stored ? read(from + step) : next;
    for (let i = 0; i < some.length / bytes; i++) visit(from + i, some.subarray(i * bytes, (i + 1) * bytes));
  }
}

/** The pictures of these numbers, in their order; neighbours are read together. */
export async function picturesOf(set: BrowsedSet, numbers: Uint32Array): Promise<Uint8Array[]> {
  const bytes = set.size * set.size * 3;
  const most = atOnce(set);
  const runs: { from: number; count: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last.from + last.count && last.count < most) last.count++;
    else runs.push({ from: number, count: 1 });
  }
  const read = runs.map(async ({ from, count }) => {
    const some = await set.read(from, from + count);
    return Array.from({ length: count }, (_, i) => some.subarray(i * bytes, (i + 1) * bytes));
  });
  return (await Promise.all(read)).flat();
}
