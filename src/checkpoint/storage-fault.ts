// Faults of the store in words: what failed, what is safe, what to do. Not here: when they are raised
// (slot-file.ts, slot-pool.ts, store.ts, opfs.ts).
import { type Fault, FaultError } from '../fault.ts';

/** The title of `damaged`; recovery tells such faults by it. */
export const DAMAGED = 'A checkpoint is damaged on the disk';
const SAFE = 'Older checkpoints are whole.';

/** The name of an error, such as "QuotaExceededError"; empty for anything else that was thrown. */
export const nameOf = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException ? error.name : '';

const shownError = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException
    ? `${error.name}: ${error.message}`.slice(0, 200)
    : String(error).slice(0, 200);

/** No room for new bytes: the disk or the browser's quota is full. */
export const noRoom = (expected: string, got: string): Fault => ({
  kind: 'storage',
  title: 'There is no room for another checkpoint',
  what: `The browser or the disk refused more storage. ${SAFE}`,
  expected,
  got,
  todo: [
    'Delete checkpoints that you do not need, in the storage panel.',
    'Free space on the disk, then try again.',
  ],
});

/**
 * A write is refused although the file does not grow:
 * Chromium's usage counter can go below zero after a power cut.
 */
export const miscounted = (expected: string, got: string): Fault => ({
  kind: 'storage',
  title: 'The browser miscounts its storage',
  what: `It says the storage is full although the room is already reserved. ${SAFE}`,
  expected,
  got,
  todo: [
    'Close every window of this browser and open Perennial again. Delete nothing.',
    'If it says the same again, free space on the disk.',
  ],
});

/** Another tab holds the store. `got`: how that showed. */
export const heldElsewhere = (got: string): Fault => ({
  kind: 'tab',
  title: 'Perennial is open in another tab',
  what: 'Only one tab at a time writes checkpoints. Nothing was changed.',
  expected: 'a store that no other tab holds',
  got,
  todo: ['Go on in the other tab.', 'Or close it, and reload this one.'],
});

/**
 * The bytes of a checkpoint have changed since they were written. `what`: one sentence that names the place.
 */
export const damaged = (what: string, expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: DAMAGED,
    what,
    expected,
    got,
    todo: ['Use another checkpoint.', 'Check the disk if it happens again.'],
  });

/**
 * Whether an error shows that a checkpoint's bytes are no checkpoint. Anything else, such as a read that the
 * browser refused, shows nothing of them.
 */
export const provesDamage = (error: unknown): boolean =>
  error instanceof FaultError &&
  (error.fault.title === DAMAGED || error.fault.kind === 'file' || error.fault.kind === 'not-finite');

/** A run or a checkpoint is not in the store any more. `what`: the fault's title. */
export const missing = (what: string, expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: what,
    what: 'Nothing was changed.',
    expected,
    got,
    todo: ['Choose another checkpoint from the list.'],
  });

/** The title of `storageHangs`. */
export const HANGS = 'The storage does not answer';

/** A storage call has not come back. `what`: as the subject of a sentence. */
export const storageHangs = (what: string, since: Date, allowedMs: number): FaultError =>
  new FaultError({
    kind: 'storage',
    title: HANGS,
    what: `${what} has not come back since ${since.toTimeString().slice(0, 8)}. Saved checkpoints are whole.`,
    expected: `an answer within ${Math.round(allowedMs / 1000)} s`,
    got: 'none',
    todo: [
      'Wait: the store is started anew, and the run is saved again.',
      'If it goes on like this, close every window of this browser and open Perennial again.',
    ],
  });

/** The store was started anew, and the worker before it still holds the files. */
export const filesStillHeld = (): FaultError =>
  new FaultError({
    kind: 'storage',
    title: HANGS,
    what: 'The store was started anew, and the browser has not let go of its files. Saved checkpoints are whole.',
    expected: 'files that nothing holds',
    got: 'a lock held for 5 s',
    todo: ['Wait: it is tried again.', 'Close every window of this browser and open Perennial again.'],
  });

/** The store's worker has ended. `got`: how that showed. */
export const storeGone = (got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: 'The checkpoint store stopped',
    what: 'Checkpoints that were saved are whole.',
    expected: 'a running store worker',
    got,
    todo: ['Reload the page: the run goes on from its newest checkpoint.'],
  });

/** Files that were written are not there: they have no names any more. */
export const notFoundByName = (): FaultError =>
  new FaultError({
    kind: 'storage',
    title: 'The browser deleted what this page had stored',
    what: 'Its site data was cleared while the page was open. What is in memory is saved again.',
    expected: 'the files that were written, under their names',
    got: 'no files of these names',
    todo: ['Press Save checkpoint, then Export checkpoint.'],
  });

/**
 * The same, found by a save, which was made again. `name`: of the checkpoint; `vanished`: how many earlier
 * checkpoints are gone.
 */
export const savedAnew = (name: string, vanished: number): Fault => ({
  ...notFoundByName().fault,
  what:
    `Its site data was cleared while the run trained: ${vanished} earlier ` +
    `${vanished === 1 ? 'checkpoint is' : 'checkpoints are'} gone. ${name} was written anew, from memory, and is there.`,
  todo: [
    'Press Export checkpoint to keep it in a file.',
    'Do not clear the site data of this address while a run trains.',
  ],
});

/** A run's note has room for `room` bytes, and `bytes` were to be written. */
export const noteFull = (room: number, bytes: number): FaultError =>
  new FaultError({
    kind: 'storage',
    title: 'Too many checkpoints of this run are kept',
    what: 'The run’s note has no room for another one. Nothing was changed.',
    expected: `a note of at most ${room} bytes`,
    got: `${bytes} bytes`,
    todo: ['Let go of kept checkpoints that you do not need: press Keep again, or delete them.'],
  });

/** A checkpoint cannot be deleted while an export reads it. `name`: of the checkpoint. */
export const beingExported = (name: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: `${name} is being exported`,
    what: 'It is not deleted while it is written to a file.',
    expected: 'a checkpoint that nothing reads',
    got: 'an export that has not ended',
    todo: ['Try again when the download has ended.'],
  });

/** A run cannot be deleted while it has a checkpoint that only a newer version can read. */
export const ofNewerVersion = (): FaultError =>
  new FaultError({
    kind: 'storage',
    title: 'A newer Perennial saved a checkpoint of this run',
    what: 'This version cannot read that checkpoint, and deletes nothing that it cannot read.',
    expected: 'a run whose checkpoints this version can read',
    got: 'a checkpoint of a newer format',
    todo: ['Reload the page to get the newest version, then delete the run there.'],
  });

/**
 * The fault of a write that threw. `inPlace`: the write overwrites bytes, so that it needs no more storage.
 */
export function writeFault(error: unknown, expected: string, inPlace: boolean): FaultError {
  if (error instanceof FaultError) return error;
  const got = shownError(error);
  if (nameOf(error) === 'QuotaExceededError')
    return new FaultError(inPlace ? miscounted(expected, got) : noRoom(expected, got));
  return otherFault(error, expected);
}

/** The fault of anything else that the file system throws. A FaultError is answered as it is. */
export function otherFault(error: unknown, expected: string): FaultError {
  if (error instanceof FaultError) return error;
  const got = shownError(error);
  if (nameOf(error) === 'NoModificationAllowedError') return new FaultError(heldElsewhere(got));
  return new FaultError({
    kind: 'storage',
    title: 'The browser could not read or write its storage',
    what: SAFE,
    expected,
    got,
    todo: ['Try again.', 'If it happens again, restart the browser, and export what matters to you.'],
  });
}
