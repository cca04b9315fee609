// What edits.bin says first: which parts of its log hold, and what the set amounts to with them. Written by
// turns, after what it speaks of, so that a change is there whole or not at all. Not here: writing it
// (edit-log.ts), what the parts hold (edit-step.ts, edits.ts).
import { crc32 } from '../../formats/crc32.ts';
import { PLACES_BYTES } from './by-turns.ts';

/** Beside the other files of a set; made with them, because names reach a disk late. */
export const EDITS = 'edits.bin';

/** What is read; written where squares were cut by hand, else 1, which earlier builds read too. */
export const EDITS_VERSION = 2;

/** Bytes of the file. */
export interface Part {
  at: number;
  bytes: number;
  crc: number;
}

/** A change that can be undone. */
export interface Step extends Part {
  /** Absent: captions. */
  of?: 'squares';
}

export interface EditsMark {
  version: number;
  /** Where the log begins and ends; it holds parts that no longer count, too. */
  start: number;
  end: number;
  /** The numbers of the pictures that were removed, ascending, u32 each. */
  removed: Part | null;
  /** Captions that were changed and cannot be undone any more. */
  folded: Part | null;
  /** Squares that were cut by hand and cannot be undone any more. Absent: none. */
  foldedSquares?: Part | null;
  /** Changes that can be undone, the oldest first. */
  steps: Step[];
  /** Of the pictures that are left; the pixels' where none is removed. */
  fingerprint: string;
  /** Of captions and classes. Absent: none was changed in a set of version 1. */
  words?: string;
  /** Whether a picture has a caption. */
  captions: boolean;
  /** Ids that the set had before. */
  earlier: string[];
}

/** All parts that count. */
export const partsOf = ({ removed, folded, foldedSquares = null, steps }: EditsMark): Part[] =>
  [removed, folded, foldedSquares, ...steps].filter((part) => part !== null);

/** The parts of captions or of squares, the oldest first. */
export const partsWith = (
  { folded, foldedSquares = null, steps }: Pick<EditsMark, 'folded' | 'foldedSquares' | 'steps'>,
  of: Step['of'],
): Part[] =>
  [of ? foldedSquares : folded, ...steps.filter((step) => step.of === of)].filter((part) => part !== null);

/** As which it is written. */
export const versionOf = (mark: Pick<EditsMark, 'folded' | 'foldedSquares' | 'steps'>): number =>
  partsWith(mark, 'squares').length > 0 ? EDITS_VERSION : 1;

/** The part that these bytes are once they lie at this place. */
export const partAt = (at: number, bytes: Uint8Array): Part => ({
  ...{ at, bytes: bytes.length, crc: crc32(bytes) },
});

/** The number of pictures that were removed. */
export const removedCount = ({ removed }: EditsMark): number => (removed?.bytes ?? 0) / 4;

/** Where the log of a set begins that was never changed. */
export const FIRST_PLACE = PLACES_BYTES;
