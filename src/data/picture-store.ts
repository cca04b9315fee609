// Reads the user's pictures from the browser's private file system (OPFS), where they lie as pixels.
// pictures/<any name>/ holds pixels.bin, captions.json and, written last, info.json: a folder without it is
// no set. Folders are never moved or renamed, because OPFS keeps files but not names durably.
// Not here: writing (picture-draft.ts).
import { FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';

const FOLDER = 'pictures';
export const PIXELS = 'pixels.bin';
export const CAPTIONS = 'captions.json';
export const INFO = 'info.json';
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
}

/** A set of the user's, opened. */
export interface StoredPictures {
  info: DatasetInfo;
  /** [count, size, size, 3] bytes. */
  pixels: File;
  /** One for each picture; empty where no picture has a caption. */
  captions: string[];
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
export async function readInfo(folder: FileSystemDirectoryHandle): Promise<DatasetInfo | null> {
  const [infoFile, pixels] = [await fileIn(folder, INFO), await fileIn(folder, PIXELS)];
  if (!infoFile || !pixels) return null;
  const info = parseInfo(await infoFile.text());
  if (!info || pixels.size !== info.count * pictureBytes(info.size)) return null;
  return {
    id: `own-${info.fingerprint.slice(0, 8)}`,
    title: info.title,
    count: info.count,
    storedSize: info.size,
    fingerprint: info.fingerprint,
    credit: '',
    builtIn: false,
    captions: info.captions,
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
    typeof info.captions === 'boolean';
  return whole ? (info as StoredInfo) : null;
}

/** All folders of pictures/, by name, with the set in each; null where a folder holds none. */
export async function scan(
  pictures: FileSystemDirectoryHandle,
): Promise<{ name: string; folder: FileSystemDirectoryHandle; info: DatasetInfo | null }[]> {
  const found = [];
  for await (const [name, folder] of pictures.entries()) {
    if (folder.kind === 'directory') found.push({ name, folder, info: await readInfo(folder) });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The user's sets, by title. */
export async function listStored(): Promise<DatasetInfo[]> {
  const pictures = await picturesFolder(false);
  if (!pictures) return [];
  const byId = new Map<string, DatasetInfo>();
  for (const { info } of await scan(pictures)) if (info) byId.set(info.id, info);
  return [...byId.values()].sort((a, b) => a.title.localeCompare(b.title) || (a.id < b.id ? -1 : 1));
}

/** The set with this id; null where there is none. */
export async function openStored(id: string): Promise<StoredPictures | null> {
  const pictures = await picturesFolder(false);
  if (!pictures) return null;
  for (const { folder, info } of await scan(pictures)) {
    if (info?.id !== id) continue;
    const pixels = await fileIn(folder, PIXELS);
    if (!pixels) continue;
    const captions = info.captions ? await fileIn(folder, CAPTIONS) : null;
    return { info, pixels, captions: captions ? (JSON.parse(await captions.text()) as string[]) : [] };
  }
  return null;
}

/** Removes a set where there is one. Throws FaultError kind `storage` where another tab holds it. */
export async function removeStored(id: string): Promise<void> {
  const pictures = await picturesFolder(false);
  if (!pictures) return;
  for (const { name, info } of await scan(pictures)) if (info?.id === id) await removeFolder(pictures, name);
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
