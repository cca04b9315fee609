// Pictures of a set as a sheet of small ones, and what is known of each. Not here: which pictures (find.ts).
import type { PictureNote } from '../browse-api.ts';
import { type ContactSheet, emptySheet, putPicture } from '../contact-sheet.ts';
import { resizeSquare } from '../resize.ts';
import type { BrowsedSet } from './browsed-set.ts';
import { picturesOf } from './read-pictures.ts';

/** Columns of a sheet, where it has so many pictures. */
const COLUMNS = 16;

/** The pictures of these numbers, in their order, `edge` pixels each, at most 16 a row. */
export async function tilesOf(set: BrowsedSet, numbers: Uint32Array, edge: number): Promise<ContactSheet> {
  const columns = Math.max(1, Math.min(COLUMNS, numbers.length));
  const sheet = emptySheet(edge, columns, Math.ceil(numbers.length / columns));
  const source = { width: set.size, height: set.size, channels: 3 } as const;
  (await picturesOf(set, numbers)).forEach((pixels, place) =>
    putPicture(sheet, place, set.size === edge ? pixels : resizeSquare(pixels, source, edge)),
  );
  return sheet;
}

/** What is known of the pictures of these numbers, in their order. */
export const notesOf = (set: BrowsedSet, numbers: Uint32Array): PictureNote[] =>
  Array.from(numbers, (number) => {
    const { name, className, caption } = set.texts(number);
    const { width = 0, height = 0 } = set.record(number) ?? {};
    return {
      ...{ index: number, fileName: name, className, caption, width, height },
      edited: set.isEdited(number),
      cut: set.squareOf(number) !== null,
      removed: set.isRemoved(number),
    };
  });
