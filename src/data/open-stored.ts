// Opens a set of the user's: pixels, texts and records where they lie, with what was changed since the
// import. A picture's number is its place among all that are stored, its index its place among those that are
// not removed. Runs in a worker. Not here: which sets there are (picture-store.ts).
import { type Fault, FaultError } from '../fault.ts';
import { fileIn, scanSets, setOf, type StoredSet, TITLE } from './picture-store.ts';
import { type ImportNote, parseNote, SOURCE } from './store/import-note.ts';
import { turnsIn } from './store/by-turns.ts';
import { type Edits, readEdits } from './store/edits.ts';
import { EDITS } from './store/edits-mark.ts';
import { type PictureRecord, readRecord, RECORD_BYTES } from './store/record.ts';
import { FILES } from './store/set-file.ts';
import { INFO } from './store/stored-info.ts';
import { SyncBytes } from './store/sync-bytes.ts';
import { packTexts } from './store/texts.ts';

/**
 * Captions, and paths of the files that the pictures came from, of sets of version 1; either may be
 * missing.
 */
const TEXTS_OF_1 = { captions: 'captions.json', names: 'names.json' };

const ATTEMPTS = 5;

/** A set of the user's, opened: what is changed later does not reach it. */
export interface StoredPictures extends StoredSet {
  folder: FileSystemDirectoryHandle;
  /** [base.count, size, size, 3] bytes. */
  pixels: File;
  /** Numbers of the pictures that are not removed, ascending. */
  active: Uint32Array<ArrayBuffer>;
  /** Null: nothing was changed since the import. */
  edits: Edits | null;
  /** Null in sets of version 1. Throws DOMException where the set was removed meanwhile. */
  recordOf: (number: number) => PictureRecord | null;
  /** The texts of a picture as words.bin has them. Throws as `recordOf`. */
  textsOf: (number: number) => Uint8Array<ArrayBuffer>;
  /** The same as they were imported. */
  importedTexts: (number: number) => Uint8Array<ArrayBuffer>;
  /** What the import was of; null where that is not known. */
  note: () => Promise<ImportNote | null>;
  /** Whether nothing was changed since the set was opened. */
  isCurrent: () => Promise<boolean>;
  /** What all its files take. */
  bytes: () => Promise<number>;
}

/**
 * The set with this id, or the one that had it before pictures were added, removed or cut by hand, or one
 * that was imported with the fingerprint `imported`; null where there is none.
 */
export async function openStored(id: string, imported?: string): Promise<StoredPictures | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openNow(id, imported);
    } catch (error) {
      // A file that is written while it is read cannot be read; a change takes a moment.
      if (!(error instanceof DOMException) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function openNow(id: string, imported?: string): Promise<StoredPictures | null> {
  const sets = await scanSets();
  const isOne: ((set: StoredSet) => boolean)[] = [
    ({ info }) => info.id === id,
    ({ earlier }) => earlier.includes(id),
    ({ base }) => base.fingerprint === imported,
  ];
  const found = isOne.flatMap((is) => sets.filter(({ set }) => set && is(set)));
  for (const { folder, set } of found) {
    const pixels = await fileIn(folder, FILES.pixels);
    if (set && pixels) return openedIn(folder, set, pixels);
  }
  return null;
}

async function openedIn(
  folder: FileSystemDirectoryHandle,
  { base }: StoredSet,
  pixels: File,
): Promise<StoredPictures> {
  const stamp = await stampOf(folder);
  const edits = await readEdits(await fileIn(folder, EDITS), base.count);
  const { recordOf, importedTexts } = await recordsIn(folder);
  return {
    ...setOf(base, edits?.mark ?? null),
    ...{ folder, pixels, edits, recordOf, importedTexts },
    active: activeOf(base.count, edits?.removed ?? []),
    textsOf: (number) => edits?.textsOf(number) ?? importedTexts(number),
    note: async () => parseNote((await (await fileIn(folder, SOURCE))?.text()) ?? ''),
    isCurrent: () => isStill(folder, stamp),
    bytes: () => bytesIn(folder),
  };
}

/** Another one once a file was written that can change: dates of files are too coarse to tell that. */
async function stampOf(folder: FileSystemDirectoryHandle): Promise<string> {
  const [info, edits, title] = await Promise.all([INFO, EDITS, TITLE].map((name) => fileIn(folder, name)));
  const turns = edits && (await turnsIn(edits));
  return JSON.stringify([info?.lastModified, turns, await title?.text()]);
}

/** False too where a file is being written: it is changing. */
async function isStill(folder: FileSystemDirectoryHandle, stamp: string): Promise<boolean> {
  try {
    return (await stampOf(folder)) === stamp;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

async function bytesIn(folder: FileSystemDirectoryHandle): Promise<number> {
  let bytes = 0;
  for await (const file of folder.values()) if (file.kind === 'file') bytes += (await file.getFile()).size;
  return bytes;
}

function activeOf(count: number, removed: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const active = new Uint32Array(count - removed.length);
  let gone = 0;
  for (let number = 0; number < count; number++)
    if (removed[gone] === number) gone++;
    else active[number - gone] = number;
  return active;
}

type Records = Pick<StoredPictures, 'recordOf' | 'importedTexts'>;

/** What the import wrote of each picture. Those of version 1 have texts at most. */
async function recordsIn(folder: FileSystemDirectoryHandle): Promise<Records> {
  const [records, words] = [await fileIn(folder, FILES.records), await fileIn(folder, FILES.words)];
  if (records && words) return recordsOf(new SyncBytes(records), new SyncBytes(words));
  const captions = await textsIn(folder, TEXTS_OF_1.captions);
  const names = await textsIn(folder, TEXTS_OF_1.names);
  return {
    recordOf: () => null,
    importedTexts: (number) =>
      packTexts({ name: names[number] ?? '', className: '', caption: captions[number] ?? '' }).bytes,
  };
}

function recordsOf(records: SyncBytes, words: SyncBytes): Records {
  const recordOf = (number: number): PictureRecord => {
    const record = readRecord(records.read(number * RECORD_BYTES, RECORD_BYTES));
    if (!record) throw new FaultError(damaged(number));
    return record;
  };
  return {
    recordOf,
    importedTexts: (number) => {
      const { offset, bytes } = recordOf(number).words;
      return words.read(offset, bytes);
    },
  };
}

/** One text for each picture; empty where there is no such file. */
async function textsIn(folder: FileSystemDirectoryHandle, name: string): Promise<string[]> {
  const file = await fileIn(folder, name);
  return file ? (JSON.parse(await file.text()) as string[]) : [];
}

const damaged = (number: number): Fault => ({
  kind: 'data',
  title: 'The record of a picture is damaged',
  what: 'Its bytes have changed since they were written. Other pictures and your checkpoints are untouched.',
  expected: `a record of picture ${number + 1} whose CRC-32 fits`,
  got: 'another CRC-32',
  todo: ['Delete this set of pictures and import it again.', 'Check the disk if it happens again.'],
});
