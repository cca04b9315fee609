// Faults of the store in words: what failed, what is safe, what to do. Not here: when they are raised.
import { type Fault, FaultError } from '../fault.ts';

export const DAMAGED = 'A checkpoint is damaged on the disk';
const SAFE = 'Older checkpoints are whole.';

export const nameOf = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException ? error.name : '';

const shownError = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException
    ? `${error.name}: ${error.message}`.slice(0, 200)
    : String(error).slice(0, 200);

/** No room for bytes that are not there yet. */
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

/** Refused although nothing grows: Chromium's usage counter can go below zero after a power cut. */
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

export const heldElsewhere = (got: string): Fault => ({
  kind: 'tab',
  title: 'Perennial is open in another tab',
  what: 'Only one tab at a time writes checkpoints. Nothing was changed.',
  expected: 'the store of this browser, free',
  got,
  todo: ['Go on in the other tab.', 'Or close it, and reload this one.'],
});

/** A checkpoint whose bytes changed since they were written. `what` is one sentence that names the place. */
export const damaged = (what: string, expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: DAMAGED,
    what,
    expected,
    got,
    todo: ['Use another checkpoint.', 'Check the disk if it happens again.'],
  });

export const missing = (what: string, expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: what,
    what: 'Nothing was changed.',
    expected,
    got,
    todo: ['Choose another checkpoint from the list.'],
  });

export const beingExported = (name: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: `${name} is being exported`,
    what: 'It is not deleted while it is written to a file.',
    expected: 'a checkpoint that nothing reads',
    got: 'an export that has not ended',
    todo: ['Try again when the download has ended.'],
  });

/** What a write that threw means. `inPlace`: the bytes were already there. */
export function writeFault(error: unknown, expected: string, inPlace: boolean): FaultError {
  if (error instanceof FaultError) return error;
  const got = shownError(error);
  if (nameOf(error) === 'QuotaExceededError')
    return new FaultError(inPlace ? miscounted(expected, got) : noRoom(expected, got));
  return otherFault(error, expected);
}

/** Anything else the file system throws. */
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
