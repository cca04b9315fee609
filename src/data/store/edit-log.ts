// Writes changes of a set into edits.bin: first the part, flushed, then the mark that says that it holds,
// flushed. The files of the import are never written again, so that a set whose change was torn is as it was,
// and who reads it is not disturbed. In workers only. Not here: what a change is (edit-pictures.ts).
import { type Fault, FaultError } from '../../fault.ts';
import { readPlaces, writeByTurns } from './by-turns.ts';
import type { Edits } from './edits.ts';
import { EDITS, type EditsMark, FIRST_PLACE, type Part, partAt, partsOf, versionOf } from './edits-mark.ts';
import { foldedEdits } from './fold-edits.ts';
import { inUse, readUpTo, type SetFolder, type SyncFile, writeWhole } from './set-file.ts';

/** Most bytes of the log: it is in memory while a set is open. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Former ids that are kept: a mark has room for them. */
const MOST_EARLIER = 1000;
/** Of them the oldest, that of the import among them: most runs have these. */
const OLDEST = 100;

/** What a set amounts to once a change is made. */
export type Told = Pick<EditsMark, 'fingerprint' | 'words' | 'captions' | 'earlier'>;

/** A change of a set of `stored` pictures, computed from these changes before it (null: none). */
export interface Change {
  stored: number;
  before: Edits | null;
  told: Told;
}

type Apply = (mark: EditsMark, part: Part) => EditsMark;

/** Other pictures are removed; `bytes`: the numbers of all of them, ascending, u32 each; empty: none. */
export const writeRemoved = (
  folder: SetFolder,
  change: Change,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> =>
  append(folder, change, bytes, (mark, part) => ({ ...mark, removed: bytes.length > 0 ? part : null }));

/** Some pictures have other captions; `bytes`: of edit-step.ts. */
export const writeCaptions = (
  folder: SetFolder,
  change: Change,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> =>
  append(folder, change, bytes, (mark, part) => ({ ...mark, steps: [...mark.steps, part] }));

/** Some pictures have other squares; `bytes`: of edit-step.ts. */
export const writeSquares = (
  folder: SetFolder,
  change: Change,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> =>
  append(folder, change, bytes, (mark, part) => ({
    ...mark,
    steps: [...mark.steps, { ...part, of: 'squares' }],
  }));

/** The mark without the newest change of captions or squares; null where there is none to undo. */
export const withoutNewest = (mark: EditsMark): EditsMark | null =>
  mark.steps.length > 0 ? { ...mark, steps: mark.steps.slice(0, -1) } : null;

/** The newest change of captions or squares is undone. */
export const writeUndone = (folder: SetFolder, change: Change): Promise<void> =>
  append(folder, change, new Uint8Array(), (mark) => withoutNewest(mark) ?? mark);

/**
 * Throws FaultError kind `storage` where the storage is full or another tab changes the set; the set is then
 * as it was.
 */
async function append(
  folder: SetFolder,
  { stored, before, told }: Change,
  bytes: Uint8Array<ArrayBuffer>,
  apply: Apply,
): Promise<void> {
  const file = await folder.open(EDITS);
  try {
    let turn = readPlaces<EditsMark>(file)[0]?.turn ?? 0;
    if (turn !== (before?.turn ?? 0)) throw new FaultError(inUse('it was changed meanwhile'));
    let mark: EditsMark = before?.mark ?? { ...NO_EDITS, ...told };
    if (bytes.length > 0) {
      const folded = fold(file, mark, stored, turn + 1);
      if (folded) [mark, turn] = [folded, turn + 1];
      if (mark.end - mark.start + bytes.length > MOST_BYTES) throw new FaultError(tooMuch);
      writeWhole(file, bytes, mark.end);
      file.flush();
    }
    const earlier = fewEarlier(told.earlier);
    const next = { ...apply(mark, partAt(mark.end, bytes)), ...told, earlier };
    writeByTurns(file, { ...next, version: versionOf(next), end: endOf(next) }, turn + 1);
    file.flush();
  } catch (error) {
    throw isFull(error) ? new FaultError(full(error.fault)) : error;
  } finally {
    file.close();
  }
}

const NO_EDITS: Omit<EditsMark, keyof Told> = {
  ...{ version: 1, start: FIRST_PLACE, end: FIRST_PLACE, removed: null, folded: null, steps: [] },
};

/** Of ids, the oldest first, the oldest and the newest: as many as a mark has room for. */
export const fewEarlier = (ids: string[]): string[] =>
  ids.length <= MOST_EARLIER ? ids : [...ids.slice(0, OLDEST), ...ids.slice(OLDEST - MOST_EARLIER)];

/** Behind the last part that counts. */
const endOf = (mark: EditsMark): number =>
  partsOf(mark).reduce((end, { at, bytes }) => Math.max(end, at + bytes), mark.start);

/**
 * Writes what counts of the log anew where much of it does not count any more: in front of it where there is
 * room, else behind it. Answers the mark that holds then; null where the log stays.
 */
function fold(file: SyncFile, mark: EditsMark, stored: number, turn: number): EditsMark | null {
  const readLog = () => readUpTo(file, mark.start, mark.end - mark.start);
  const found = foldedEdits(mark, readLog, stored);
  if (!found) return null;
  const length = found.bytes.length;
  const start = length <= mark.start - FIRST_PLACE ? FIRST_PLACE : mark.end;
  const next = { ...mark, ...found.at(start), start, end: start + length };
  writeWhole(file, found.bytes, start);
  file.flush();
  writeByTurns(file, next, turn);
  file.flush();
  if (next.end < file.getSize()) file.truncate(next.end);
  return next;
}

const isFull = (error: unknown): error is FaultError =>
  error instanceof FaultError && error.fault.title === 'The storage is full';

const full = (fault: Fault): Fault => ({
  ...fault,
  what: 'The change was not made. The pictures are as they were, and your checkpoints are untouched.',
  todo: [
    'Delete pictures or checkpoints that you do not need, or free space on the disk.',
    'Then make the change again.',
  ],
});

const tooMuch: Fault = {
  kind: 'memory',
  title: 'These are too many changes of one set',
  what: 'The change was not made, and the set is as it was.',
  expected: 'changed captions, and squares cut by hand, of at most 512 MB',
  got: 'more',
  todo: [
    'Change the captions of fewer pictures.',
    'Or export the captions, change them elsewhere, and import the pictures again with them.',
  ],
};
