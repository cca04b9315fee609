// Reads the user's pictures from the browser's private file system (OPFS), where they lie as pixels.
// pictures/<any name>/ holds a set (docs/agreement.md, section 3); without a whole info.json it is none,
// but perhaps an import that was stopped. A renamed set has title.txt. Folders are never moved or renamed,
// because OPFS keeps files but not names durably. Not here: what is in
// a set (open-stored.ts), writing one (picture-draft.ts), changing one (edit-pictures.ts).
import type { Fault } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';
import { newestEdits } from './store/edits.ts';
import { EDITS, EDITS_VERSION, type EditsMark, partsWith, removedCount } from './store/edits-mark.ts';
import { type ImportNote, parseNote, SOURCE } from './store/import-note.ts';
import { newestMark, type ProgressMark } from './store/progress-mark.ts';
import { RECORD_BYTES } from './store/record.ts';
import { FILES, onceFree } from './store/set-file.ts';
import { INFO, parseInfo, type StoredInfo } from './store/stored-info.ts';

const FOLDER = 'pictures';
/** A title in the place of the one in info.json. */
export const TITLE = 'title.txt';

/** A set in a folder. */
export interface StoredSet {
  info: DatasetInfo;
  /** Ids that the set had before it was changed. */
  earlier: string[];
  /** As it was imported. */
  base: StoredInfo;
  /** Whether captions were changed by hand since. */
  edited: boolean;
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

/** A file of a folder; null where there is none. */
export async function fileIn(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
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
  const edits = (await newestEdits(await fileIn(folder, EDITS)))?.value ?? null;
  if (edits && edits.version > EDITS_VERSION) return null;
  // A torn title.txt is empty.
  return setOf({ ...info, title: cleanTitle(title ?? '') || info.title }, edits);
}

/** What a set is: as it was imported, and with what was changed since. */
export function setOf(base: StoredInfo, edits: EditsMark | null): StoredSet {
  const { fingerprint, words, captions, earlier = [] } = edits ?? base;
  return {
    info: {
      id: idOf(fingerprint),
      title: base.title,
      count: base.count - (edits ? removedCount(edits) : 0),
      storedSize: base.size,
      fingerprint,
      credit: '',
      builtIn: false,
      captions,
      ...(words === undefined ? {} : { words }),
      ...(fingerprint === base.fingerprint ? {} : { imported: base.fingerprint }),
      ...(base.classes === undefined ? {} : { classes: base.classes.length }),
    },
    earlier,
    base,
    edited: edits !== null && partsWith(edits, undefined).length > 0,
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

/** What is said where a set is not on this computer. `title`: as the set was called, where that is known. */
export const missing = (id: string, title = id): Fault => ({
  kind: 'data',
  title: `The pictures ${title.slice(0, 64)} are not on this computer`,
  what: 'They were deleted, the browser evicted them, or the run was imported from elsewhere. Checkpoints are untouched.',
  expected: `the set of pictures ${id.slice(0, 64)}`,
  got: 'no such set in this browser',
  todo: [
    'Import the same pictures again, and remove those that were removed: they get the same name.',
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

/** Removals wait so long for a run that is reading: it holds a file for some milliseconds. */
const READERS_MS = 1000;

/** Removes a folder where there is one. Throws FaultError kind `storage` where another tab holds it. */
export async function removeFolder(pictures: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await onceFree(() => pictures.removeEntry(name, { recursive: true }), READERS_MS);
  } catch (error) {
    if (!isNamed(error, 'NotFoundError')) throw error;
  }
}
