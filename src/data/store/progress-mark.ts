// How far an import has come, as progress.bin holds it: in two places by turns, so that a torn one leaves
// the one before. Says more than the records do: what was tried and not stored. Not here: when it is
// written (picture-draft.ts).
import { crc32 } from '../../formats/crc32.ts';
import type { Tally } from '../api.ts';
import { readUpTo, type SyncFile, writeWhole } from './set-file.ts';

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

/** Bytes of a place: u32 CRC-32 of the rest, u32 turn, u32 bytes of the JSON, JSON. */
const PLACE_BYTES = 64 * 1024;
const HEAD_BYTES = 12;

/** Writes a mark; `turn`: one more than at the call before. */
export function writeMark(file: SyncFile, mark: ProgressMark, turn: number): void {
  const json = new TextEncoder().encode(JSON.stringify(mark));
  const bytes = new Uint8Array(HEAD_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, turn, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, HEAD_BYTES);
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  if (bytes.length > PLACE_BYTES) throw new Error(`a mark of ${bytes.length} bytes`);
  writeWhole(file, bytes, (turn % 2) * PLACE_BYTES);
}

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
export function newestMark(bytes: Uint8Array, records = Infinity): Marked | null {
  const found = [0, 1].flatMap((place) => {
    const one = markIn(bytes.subarray(place * PLACE_BYTES, (place + 1) * PLACE_BYTES));
    return one && one.mark.records <= records ? [one] : [];
  });
  return found.sort((a, b) => b.turn - a.turn)[0] ?? null;
}

/** As `newestMark`, of an open file. */
export const readMark = (file: SyncFile, records: number): Marked | null =>
  newestMark(readUpTo(file, 0, 2 * PLACE_BYTES), records);

interface Marked {
  mark: ProgressMark;
  turn: number;
}

function markIn(place: Uint8Array): Marked | null {
  if (place.length < HEAD_BYTES) return null;
  const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
  const end = HEAD_BYTES + view.getUint32(8, true);
  if (end > place.length || crc32(place.subarray(4, end)) !== view.getUint32(0, true)) return null;
  const mark = JSON.parse(new TextDecoder().decode(place.subarray(HEAD_BYTES, end))) as ProgressMark;
  return { mark, turn: view.getUint32(4, true) };
}
