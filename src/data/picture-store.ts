// Reads the user's pictures from the browser's private file system (OPFS), where they lie as pixels.
// pictures/<any name>/ holds pixels.bin, captions.json, names.json and, written last, info.json: a folder
// without it is no set. A renamed set has title.txt. Folders are never moved or renamed, because OPFS keeps
// files but not names durably. Not here: writing (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { cleanTitle } from './captions.ts';

const FOLDER = 'pictures';
export const PIXELS = 'pixels.bin';
export const CAPTIONS = 'captions.json';
/** Paths of the files that the pictures came from; sets of older versions have none. */
export const NAMES = 'names.json';
export const INFO = 'info.json';
/** A title in the place of the one in info.json, which is never written again. */
export const TITLE = 'title.txt';
/** Version of info.json. */
export const VERSION = 1;

/** What info.json holds. */
export interface StoredInfo {
  version: number;
  title: string;
  count: number;
  /** Edge of a picture, in pixels. */
  size: number;
  fingerprint: string;
  /** Whether there is a captions.json. */
  captions: boolean;
  /** Ids that the set had before pictures were added to it or removed; absent in older files. */
  earlier?: string[];
}

/** A set in a folder. */
export interface StoredSet {
  info: DatasetInfo;
  /** Ids that the set had before it was changed. */
  earlier: string[];
}

/** A set of the user's, opened. */
export interface StoredPictures extends StoredSet {
  /** [count, size, size, 3] bytes. */
  pixels: File;
  /** One for each picture; empty where no picture has a caption. */
  captions: string[];
  /** As `captions`. */
  names: string[];
}

const pictureBytes = (size: number): number => size * size * 3;

/** Whether an error is a DOMException with one of these names. */
export const isNamed = (error: unknown, ...names: string[]): boolean =>
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
  const [infoFile, pixels] = [await fileIn(folder, INFO), await fileIn(folder, PIXELS)];
  if (!infoFile || !pixels) return null;
  const info = parseInfo(await infoFile.text());
  if (!info || pixels.size !== info.count * pictureBytes(info.size)) return null;
  const title = await (await fileIn(folder, TITLE))?.text();
  return {
    info: {
      id: `own-${info.fingerprint.slice(0, 8)}`,
      // A torn title.txt is empty.
      title: cleanTitle(title ?? '') || info.title,
      count: info.count,
      storedSize: info.size,
      fingerprint: info.fingerprint,
      credit: '',
      builtIn: false,
      captions: info.captions,
    },
    earlier: info.earlier ?? [],
  };
}

function parseInfo(text: string): StoredInfo | null {
  let info: Partial<StoredInfo> | null;
  try {
    info = JSON.parse(text) as Partial<StoredInfo> | null;
  } catch {
    return null; // Torn by a power cut: the import never ended.
  }
  const whole =
    info?.version === VERSION &&
    typeof info.title === 'string' &&
    Number.isSafeInteger(info.count) &&
    Number.isSafeInteger(info.size) &&
    typeof info.fingerprint === 'string' &&
    /^[0-9a-f]{64}$/.test(info.fingerprint) &&
    typeof info.captions === 'boolean' &&
    (info.earlier === undefined || Array.isArray(info.earlier));
  return whole ? (info as StoredInfo) : null;
}

/** A folder of pictures/; `set` null where it holds none. */
interface Found {
  name: string;
  folder: FileSystemDirectoryHandle;
  set: StoredSet | null;
}

/** All folders of pictures/, by name, with the set in each; null where a folder holds none. */
export async function scan(pictures: FileSystemDirectoryHandle): Promise<Found[]> {
  const found: Found[] = [];
  for await (const [name, folder] of pictures.entries()) {
    if (folder.kind === 'directory') found.push({ name, folder, set: await readSet(folder) });
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
    const pixels = await fileIn(folder, PIXELS);
    if (!set || !pixels) continue;
    const captions = set.info.captions ? await textsIn(folder, CAPTIONS) : [];
    return { ...set, pixels, captions, names: await textsIn(folder, NAMES) };
  }
  return null;
}

/** One text for each picture; empty where there is no such file. */
async function textsIn(folder: FileSystemDirectoryHandle, name: string): Promise<string[]> {
  const file = await fileIn(folder, name);
  return file ? (JSON.parse(await file.text()) as string[]) : [];
}

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
    throw new FaultError({
      kind: 'storage',
      title: 'The pictures are in use',
      what: 'Another tab holds them. Nothing was removed.',
      expected: 'pictures that no other tab writes',
      got: error instanceof Error ? error.message : String(error),
      todo: ['Close the other tab of this app, then try again.'],
    });
  }
}
