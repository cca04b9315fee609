// Opens the store behind a page that has just gone. This page holds the tabs' lock by then, so whoever still
// holds the store's files is a worker of that page, which ends late on a busy machine. Not here: the lock
// (tab-lock.ts), the few seconds that the store itself waits for a file (checkpoint/opfs.ts).
import type { Result } from '../fault.ts';

/** Tries after the first, each of which waits 5 s for the files: a minute in all. */
const TRIES = 12;

/** Calls `open` again while another page holds the store; `waiting` is called before each further try. */
export async function openPatiently<T>(
  open: () => Promise<Result<T>>,
  waiting: () => void,
): Promise<Result<T>> {
  let opened = await open();
  for (let left = TRIES; left > 0 && !opened.ok && opened.fault.kind === 'tab'; left--) {
    waiting();
    opened = await open();
  }
  return opened;
}
