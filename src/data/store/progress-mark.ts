// How far an import has come, as progress.bin holds it: in two places by turns, so that a torn one leaves
// the one before. Says more than the records do: what was tried and not stored. Not here: when it is
// written (picture-draft.ts).
import type { Tally } from '../api.ts';
import { readByTurns, readPlaces, type Turned, writeByTurns } from './by-turns.ts';
import type { SyncFile } from './set-file.ts';

export interface ProgressMark {
  /** Records that are stored. */
  records: number;
  /** Entries of the source below this number are settled: stored or left out. */
  next: number;
  /** Entries that were tried. */
  done: number;
  duplicates: number;
  skipped: Tally;
  doubtful: Tally;
}

/** Writes a mark; `turn`: one more than at the call before. */
export const writeMark = (file: SyncFile, mark: ProgressMark, turn: number): void =>
  writeByTurns(file, mark, turn);

/** No entry was tried yet. */
export const NOTHING_SETTLED: ProgressMark = {
  records: 0,
  next: 0,
  done: 0,
  duplicates: 0,
  skipped: { count: 0, reasons: [] },
  doubtful: { count: 0, reasons: [] },
};

/**
 * The newest whole mark among the bytes of progress.bin that speaks of at most `records` records; null where
 * there is none.
 */
export const newestMark = (bytes: Uint8Array, records = Infinity): Marked | null =>
  newest(readByTurns<ProgressMark>(bytes), records);

/** As `newestMark`, of an open file. */
export const readMark = (file: SyncFile, records: number): Marked | null =>
  newest(readPlaces<ProgressMark>(file), records);

interface Marked {
  mark: ProgressMark;
  turn: number;
}

function newest(found: readonly Turned<ProgressMark>[], records: number): Marked | null {
  const one = found.find(({ value }) => value.records <= records);
  return one ? { mark: one.value, turn: one.turn } : null;
}
