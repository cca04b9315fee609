// A set as one looks through it: all pictures that are stored, removed ones too, by their numbers, with what
// is known of each. The user's sets and those that come with the app look the same. Not here: which one is
// open (open-set.ts), what is asked of it (the files beside this one).
import type { DatasetInfo, PictureSet } from '../api.ts';
import type { UndoableChange } from '../browse-api.ts';
import type { StoredPictures } from '../open-stored.ts';
import type { CutSquare } from '../store/cut-square-bytes.ts';
import { partsWith } from '../store/edits-mark.ts';
import type { ImportNote } from '../store/import-note.ts';
import type { PictureRecord } from '../store/record.ts';
import { type PictureTexts, unpackTexts } from '../store/texts.ts';

export interface BrowsedSet {
  info: DatasetInfo;
  /** Pictures that are stored: numbers 0..stored - 1. */
  stored: number;
  /** Edge of the pixels, in pixels. */
  size: number;
  /** What the pixels are, whatever is removed of them or said of them. */
  pixels: string;
  /** Changes that can be undone, the oldest first. */
  undoable: readonly UndoableChange[];
  /** The square of a picture that was cut by hand; null where it is that of the import. */
  squareOf(number: number): CutSquare | null;
  /** What the import was of; null where that is not known. */
  note(): Promise<ImportNote | null>;
  isRemoved(number: number): boolean;
  /** Whether its captions were changed by hand. */
  isEdited(number: number): boolean;
  texts(number: number): PictureTexts;
  /** Of the file that it was imported from; null where nothing is known of it. */
  record(number: number): PictureRecord | null;
  /** Pictures `from` to `to` - 1, [to - from, size, size, 3] bytes. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** A set of the user's. */
export function browsedOwn(opened: StoredPictures): BrowsedSet {
  const { base, edits, pixels, info } = opened;
  const bytes = base.size ** 2 * 3;
  const squares = JSON.stringify(edits && partsWith(edits.mark, 'squares'));
  const isRemoved = new Uint8Array(base.count);
  for (const number of edits?.removed ?? []) isRemoved[number] = 1;
  return {
    ...{ info, stored: base.count, size: base.size, pixels: `${base.fingerprint} ${squares}` },
    undoable: edits?.undoable.map(({ of, pictures }) => ({ of: of ?? 'captions', pictures })) ?? [],
    squareOf: (number) => edits?.squareOf(number) ?? null,
    note: opened.note,
    isRemoved: (number) => isRemoved[number] === 1,
    isEdited: (number) => edits?.isEdited(number) ?? false,
    texts: (number) => unpackTexts(opened.textsOf(number)),
    record(number) {
      const record = opened.recordOf(number);
      const square = edits?.squareOf(number);
      return record && square ? { ...record, differenceHash: square.differenceHash } : record;
    },
    async read(from, to) {
      const some = new Uint8Array(await pixels.slice(from * bytes, to * bytes).arrayBuffer());
      for (const number of edits?.cut ?? [])
        if (number >= from && number < to)
          some.set(edits?.squareOf(number)?.pixels ?? [], (number - from) * bytes);
      return some;
    },
  };
}

/** A set that comes with the app. */
export function browsedBuiltIn(set: PictureSet): BrowsedSet {
  const { info, count, size } = set;
  return {
    ...{ info, stored: count, size, pixels: info.fingerprint, undoable: [] },
    squareOf: () => null,
    note: () => Promise.resolve(null),
    isRemoved: () => false,
    isEdited: () => false,
    texts: (number) => ({
      ...{ name: set.fileName(number), className: set.className(number), caption: set.caption(number) },
    }),
    record: () => null,
    async read(from, to) {
      const bytes = new Uint8Array((to - from) * size ** 2 * 3);
      for (let number = from; number < to; number++)
        bytes.set(await set.read(number), (number - from) * size ** 2 * 3);
      return bytes;
    },
  };
}
