// What the draft of a set has in edits.bin: changes by hand of the set that it begins with, which cannot be
// undone in the new one. Written before the first picture; what the set amounts to with them is told once it
// is whole. In workers only. Not here: changes of a set that is there (edit-log.ts).
import { readPlaces, writeByTurns } from './by-turns.ts';
import type { EditStep } from './edit-step.ts';
import { Edits } from './edits.ts';
import { EDITS, type EditsMark, FIRST_PLACE, partAt, versionOf } from './edits-mark.ts';
import { fewEarlier, type Told } from './edit-log.ts';
import { readUpTo, type SetFolder, type SyncFile, writeWhole } from './set-file.ts';

/** By numbers in the new set. */
export interface Carried {
  texts: EditStep;
  squares: EditStep;
}

const NOT_TOLD: Told = { fingerprint: '', captions: false, earlier: [] };

/** Writes them, unless a stopped draft has them. Throws FaultError kind `storage` where it is full. */
export function writeCarried(folder: SetFolder, { texts, squares }: Carried): Promise<void> {
  return within(folder, (file) => {
    if (texts.count + squares.count === 0 || readPlaces(file).length > 0) return;
    const parts = [texts, squares].map((step) => (step.count > 0 ? step.bytes() : null));
    let end = FIRST_PLACE;
    const [folded = null, foldedSquares = null] = parts.map((bytes) => {
      if (!bytes) return null;
      const part = partAt(end, bytes);
      writeWhole(file, bytes, end);
      end += bytes.length;
      return part;
    });
    file.flush();
    const mark = { ...NOT_TOLD, start: FIRST_PLACE, end, removed: null, folded, foldedSquares, steps: [] };
    writeByTurns(file, { ...mark, version: versionOf(mark) } satisfies EditsMark, 1);
    file.flush();
  });
}

/** Those of a draft of so many pictures; null where it has none. Throws as `readEdits`. */
export function readCarried(folder: SetFolder, stored: number): Promise<Edits | null> {
  return within(folder, (file) => {
    const [newest] = readPlaces<EditsMark>(file);
    if (!newest) return null;
    const { start, end } = newest.value;
    return new Edits(newest, readUpTo(file, start, end - start), stored);
  });
}

/** Says what the set amounts to with them. */
export function tellCarried(folder: SetFolder, { mark, turn }: Edits, told: Told): Promise<void> {
  return within(folder, (file) => {
    writeByTurns(file, { ...mark, ...told, earlier: fewEarlier(told.earlier) }, turn + 1);
    file.flush();
  });
}

async function within<T>(folder: SetFolder, work: (file: SyncFile) => T): Promise<T> {
  const file = await folder.open(EDITS);
  try {
    return work(file);
  } finally {
    file.close();
  }
}
