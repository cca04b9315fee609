// Files of a set while it is written: opened by name, every byte of a write checked. On the browser's
// private file system, or on a disk in memory in tests. Not here: what they hold (picture-draft.ts).
import { type Fault, FaultError } from '../../fault.ts';

/** The part of FileSystemSyncAccessHandle that is used. */
export interface SyncFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  flush(): void;
  getSize(): number;
  truncate(bytes: number): void;
  close(): void;
}

/**
 * Names of the files that grow; each is made before the first picture, because names reach the disk late.
 */
export const FILES = {
  pixels: 'pixels.bin',
  records: 'records.bin',
  words: 'words.bin',
  progress: 'progress.bin',
};

/** A folder of a set. */
export interface SetFolder {
  name: string;
  /** Opens a file for this worker alone; makes it where there is none. */
  open(name: string): Promise<SyncFile>;
}

const LONGEST_WAIT_MS = 5000;
const WAIT_MS = 100;

/** A folder of OPFS. After a reload the page before may hold a file for a moment: waits 5 s at most. */
export const setFolder = (folder: FileSystemDirectoryHandle): SetFolder => ({
  name: folder.name,
  async open(name) {
    const file = await folder.getFileHandle(name, { create: true });
    return onceFree(() => file.createSyncAccessHandle(), LONGEST_WAIT_MS);
  },
});

/**
 * Does `work`, which needs files that nobody holds, again and again while they are held, for `longestMs` at
 * most. Throws FaultError kind `storage` where they still are.
 */
export async function onceFree<T>(work: () => Promise<T>, longestMs: number): Promise<T> {
  const until = performance.now() + longestMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isHeld = error instanceof DOMException && HELD.includes(error.name);
      if (!isHeld) throw error;
      if (performance.now() > until) throw new FaultError(inUse(error));
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

/** Names of the errors of a file that is open elsewhere. */
const HELD = ['NoModificationAllowedError', 'InvalidStateError'];

/** Writes bytes at a place. Throws FaultError kind `storage` where not all of them are written. */
export function writeWhole(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  let written: number;
  try {
    written = file.write(bytes, { at });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError')
      throw new FaultError(storageFull(at, bytes.length, 0));
    throw error;
  }
  if (written !== bytes.length) throw new FaultError(storageFull(at, bytes.length, written));
}

/** The bytes from `at` on, `length` of them or as many as there are. */
export function readUpTo(file: SyncFile, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, file.getSize() - at)));
  return bytes.subarray(0, file.read(bytes, { at }));
}

/** Replaces the content of a file, flushed. Throws FaultError kind `storage` where the storage is full. */
export async function writeFile(
  folder: SetFolder,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const file = await folder.open(name);
  try {
    file.truncate(0);
    writeWhole(file, bytes, 0);
    file.flush();
  } finally {
    file.close();
  }
}

/** As `writeFile`, a value as JSON. */
export const writeJson = (folder: SetFolder, name: string, value: unknown): Promise<void> =>
  writeFile(folder, name, new TextEncoder().encode(JSON.stringify(value)));

/** What is said where another tab holds the pictures. */
export const inUse = (error: unknown): Fault => ({
  kind: 'storage',
  title: 'The pictures are in use',
  what: 'Another tab holds them. Nothing was removed.',
  expected: 'pictures that no other tab writes',
  got: error instanceof Error ? error.message : String(error),
  todo: ['Close the other tab of this app, then try again.'],
});

const storageFull = (at: number, expected: number, written: number): Fault => ({
  kind: 'storage',
  title: 'The storage is full',
  what: 'The import stopped. Its pictures so far are kept, and your checkpoints are untouched.',
  expected: `storage for ${expected} bytes after ${at}`,
  got: `storage for ${written}`,
  todo: [
    'Delete pictures or checkpoints that you do not need, or free space on the disk.',
    'Then go on with the import, or use the pictures that are there.',
  ],
});
