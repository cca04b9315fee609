// Reads the user's pictures from the browser's private file system (OPFS), where they lie as pixels.
// pictures/<any name>/ holds a set (docs/agreement.md, section 3); without a whole info.json it is none,
// but perhaps an import that was stopped. A renamed set has title.txt. Folders are never moved or renamed,
// because OPFS keeps files but not names durably. Not here: writing (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';
import { IN_THE_MIDDLE } from './framing.ts';
import { type ImportNote, parseNote, SOURCE } from './store/import-note.ts';
import { newestMark, type ProgressMark } from './store/progress-mark.ts';
import { type Origin, readRecord, RECORD_BYTES } from './store/record.ts';
import { FILES, inUse } from './store/set-file.ts';
import { INFO, parseInfo } from './store/stored-info.ts';
import { SyncBytes } from './store/sync-bytes.ts';
import { type PictureTexts, unpackTexts } from './store/texts.ts';

const FOLDER = 'pictures';
/**
 * Captions, and paths of the files that the pictures came from, of sets of version 1; either may be
 * missing.
 */
const TEXTS_OF_1 = { captions: 'captions.json', names: 'names.json' };
/** A title in the place of the one in info.json. */
export const TITLE = 'title.txt';

/** A set in a folder. */
export interface StoredSet {
  info: DatasetInfo;
  /** Ids that the set had before it was changed. */
  earlier: string[];
}

/** What is known of a picture beside its pixels. */
export interface PictureNotes {
  texts: PictureTexts;
  from: Origin;
}

/** A set of the user's, opened. */
export interface StoredPictures extends StoredSet {
  /** [count, size, size, 3] bytes. */
  pixels: File;
  /** Throws DOMException where the set was removed meanwhile. */
  notes(index: number): PictureNotes;
}

/** The id of the set of this fingerprint. */
export const idOf = (fingerprint: string): string => `own-${fingerprint.slice(0, 8)}`;

const pictureBytes = (size: number): number => size * size * 3;

/** Whether an error is a DOMException with one of these names. */
const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof DOMException && names.includes(error.name);

/** The folder pictures/; null where there is none, or no private file system (some private windows). */
export async function picturesFolder(create: boolean): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create });
  } catch (error) {
    if (error instanceof TypeError || isNamed(error, 'NotFoundError', 'SecurityError', 'NotAllowedError'))
      return null;
    throw error;
  }
}

async function fileIn(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return null;
    throw error;
  }
}

/** The set in a folder; null where its import never ended or pixels are missing. */
export async function readSet(folder: FileSystemDirectoryHandle): Promise<StoredSet | null> {
  const [infoFile, pixels] = [await fileIn(folder, INFO), await fileIn(folder, FILES.pixels)];
  if (!infoFile || !pixels) return null;
  const info = parseInfo(await infoFile.text());
  if (!info || pixels.size !== info.count * pictureBytes(info.size)) return null;
  if (info.version === 2 && (await fileIn(folder, FILES.records))?.size !== info.count * RECORD_BYTES)
    return null;
  const title = await (await fileIn(folder, TITLE))?.text();
  return {
    info: {
      id: idOf(info.fingerprint),
      // A torn title.txt is empty.
      title: cleanTitle(title ?? '') || info.title,
      count: info.count,
      storedSize: info.size,
      fingerprint: info.fingerprint,
      credit: '',
      builtIn: false,
      captions: info.captions,
      ...(info.words === undefined ? {} : { words: info.words }),
    },
    earlier: info.earlier ?? [],
  };
}

/** An import that was stopped, and how far it had come. */
interface Stopped {
  note: ImportNote;
  mark: ProgressMark;
}

/** The import that was stopped in a folder that holds no set; null where it holds none either. */
async function readStopped(folder: FileSystemDirectoryHandle): Promise<Stopped | null> {
  const [source, progress] = [await fileIn(folder, SOURCE), await fileIn(folder, FILES.progress)];
  const note = source && parseNote(await source.text());
  if (!note || note.fingerprint === '' || !progress) return null;
  const mark = newestMark(new Uint8Array(await progress.arrayBuffer()))?.mark;
  return mark ? { note, mark } : null;
}

/** A folder of pictures/, and the set or the stopped import in it. */
interface Found {
  name: string;
  folder: FileSystemDirectoryHandle;
  set: StoredSet | null;
  stopped: Stopped | null;
}

/** All folders of pictures/, by name. */
export async function scan(pictures: FileSystemDirectoryHandle): Promise<Found[]> {
  const found: Found[] = [];
  for await (const [name, folder] of pictures.entries()) {
    if (folder.kind !== 'directory') continue;
    const set = await readSet(folder);
    found.push({ name, folder, set, stopped: set ? null : await readStopped(folder) });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All folders of this page; empty where there is no private file system. */
export async function scanSets(): Promise<Found[]> {
  const pictures = await picturesFolder(false);
  return pictures ? scan(pictures) : [];
}

/** The user's sets, by title. */
export async function listStored(): Promise<DatasetInfo[]> {
  const byId = new Map<string, DatasetInfo>();
  for (const { set } of await scanSets()) if (set) byId.set(set.info.id, set.info);
  return [...byId.values()].sort((a, b) => a.title.localeCompare(b.title) || (a.id < b.id ? -1 : 1));
}

/**
 * The set with this id, or the one that had it before pictures were added or removed; null where there is
 * none.
 */
export async function openStored(id: string): Promise<StoredPictures | null> {
  const sets = await scanSets();
  const changed = sets.filter(({ set }) => set?.earlier.includes(id));
  for (const { folder, set } of [...sets.filter(({ set }) => set?.info.id === id), ...changed]) {
    const pixels = await fileIn(folder, FILES.pixels);
    if (!set || !pixels) continue;
    return { ...set, pixels, notes: await notesIn(folder) };
  }
  return null;
}

/** Of a set of either version; pictures of version 1 have texts at most. */
async function notesIn(folder: FileSystemDirectoryHandle): Promise<StoredPictures['notes']> {
  const [records, words] = [await fileIn(folder, FILES.records), await fileIn(folder, FILES.words)];
  if (records && words) return notesOf(new SyncBytes(records), new SyncBytes(words));
  const captions = await textsIn(folder, TEXTS_OF_1.captions);
  const names = await textsIn(folder, TEXTS_OF_1.names);
  return (index) => ({
    texts: { name: names[index] ?? '', className: '', caption: captions[index] ?? '' },
    from: { entry: 0, width: 0, height: 0, sourceDigest: new Uint8Array(16), place: IN_THE_MIDDLE },
  });
}

function notesOf(records: SyncBytes, words: SyncBytes): StoredPictures['notes'] {
  return (index) => {
    const record = readRecord(records.read(index * RECORD_BYTES, RECORD_BYTES));
    if (!record) throw new FaultError(damaged(index));
    return { texts: unpackTexts(words.read(record.words.offset, record.words.bytes)), from: record };
  };
}

/** One text for each picture; empty where there is no such file. */
async function textsIn(folder: FileSystemDirectoryHandle, name: string): Promise<string[]> {
  const file = await fileIn(folder, name);
  return file ? (JSON.parse(await file.text()) as string[]) : [];
}

const damaged = (index: number): Fault => ({
  kind: 'data',
  title: 'The record of a picture is damaged',
  what: 'Its bytes have changed since they were written. Other pictures and your checkpoints are untouched.',
  expected: `a record of picture ${index + 1} whose CRC-32 fits`,
  got: 'another CRC-32',
  todo: ['Delete this set of pictures and import it again.', 'Check the disk if it happens again.'],
});

/** What is said where a set is not on this computer. `title`: as the set was called, where that is known. */
export const missing = (id: string, title = id): Fault => ({
  kind: 'data',
  title: `The pictures ${title.slice(0, 64)} are not on this computer`,
  what: 'They were deleted, the browser evicted them, or the run was imported from elsewhere. Checkpoints are untouched.',
  expected: `the set of pictures ${id.slice(0, 64)}`,
  got: 'no such set in this browser',
  todo: [
    'Import the same pictures again: they get the same name.',
    'Or choose other pictures for a new run.',
  ],
});

/** Removes a set where there is one. Throws FaultError kind `storage` where another tab holds it. */
export async function removeStored(id: string): Promise<void> {
  const pictures = await picturesFolder(false);
  if (!pictures) return;
  for (const { name, set } of await scan(pictures))
    if (set?.info.id === id) await removeFolder(pictures, name);
}

/** Removes a folder where there is one. Throws FaultError kind `storage` where another tab holds it. */
export async function removeFolder(pictures: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await pictures.removeEntry(name, { recursive: true });
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return;
    if (!isNamed(error, 'NoModificationAllowedError', 'InvalidStateError')) throw error;
    throw new FaultError(inUse(error));
  }
}
