// A set of the user's pictures while it is being written: pixels as they come, then captions and names, and
// last info.json, which makes the folder a set. Runs in a worker (sync access handles).
// Not here: reading sets (picture-store.ts), decoding (decode.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { hexDigest } from '../formats/hex-digest.ts';
import { CHUNK_BYTES, pixelFingerprint } from './fingerprint.ts';
import {
  CAPTIONS,
  INFO,
  isNamed,
  NAMES,
  PIXELS,
  picturesFolder,
  readSet,
  removeFolder,
  scan,
  type StoredInfo,
  type StoredSet,
  VERSION,
} from './picture-store.ts';

/** What belongs to a picture beside its pixels; empty texts where there is none. */
export interface Words {
  caption: string;
  /** Path of its file. */
  name: string;
}

/** A set that is being written. Its end is one call of `complete` or `discard`. */
export class PictureDraft {
  readonly #pictures: FileSystemDirectoryHandle;
  readonly #name: string;
  readonly #folder: FileSystemDirectoryHandle;
  readonly #handle: FileSystemSyncAccessHandle;
  readonly #size: number;
  /** Pixels that are not written yet: the first `#filled` bytes. */
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  /** Digests of the chunks that are written. */
  readonly #digests: Uint8Array[] = [];
  /** Bytes in the file. */
  #written = 0;
  readonly #words: Words[] = [];
  /** Digests of all pictures. */
  readonly #seen = new Set<string>();

  private constructor(
    pictures: FileSystemDirectoryHandle,
    folder: FileSystemDirectoryHandle,
    handle: FileSystemSyncAccessHandle,
    size: number,
  ) {
    this.#pictures = pictures;
    this.#name = folder.name;
    this.#folder = folder;
    this.#handle = handle;
    this.#size = size;
  }

  /** Makes the folder; removes those of interrupted imports. Throws FaultError where pages have no files. */
  static async begin(size: number): Promise<PictureDraft> {
    const pictures = await picturesFolder(true);
    if (!pictures) throw new FaultError(noFileSystem);
    for (const { name, set } of await scan(pictures)) {
      // A folder that another tab is writing cannot be removed, and stays.
      if (!set) await removeFolder(pictures, name).catch(() => undefined);
    }
    const folder = await pictures.getDirectoryHandle(`import-${crypto.randomUUID()}`, { create: true });
    const file = await folder.getFileHandle(PIXELS, { create: true });
    return new PictureDraft(pictures, folder, await file.createSyncAccessHandle(), size);
  }

  /** Pictures added so far. */
  get count(): number {
    return this.#words.length;
  }

  /**
   * Adds a picture, [size, size, 3] bytes; false where the set has the same pixels already. Throws FaultError
   * kind `storage` where the storage is full.
   */
  async push(pixels: Uint8Array<ArrayBuffer>, words: Words): Promise<boolean> {
    const digest = await hexDigest(pixels);
    if (this.#seen.has(digest)) return false;
    this.#seen.add(digest);
    this.#words.push(words);
    for (let from = 0; from < pixels.length;) {
      const part = pixels.subarray(from, from + CHUNK_BYTES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === CHUNK_BYTES) await this.#writeChunk();
    }
    return true;
  }

  async #writeChunk(): Promise<void> {
    const bytes = this.#chunk.subarray(0, this.#filled);
    this.#digests.push(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
    writeWhole(this.#handle, bytes, this.#written);
    this.#written += bytes.length;
    this.#filled = 0;
  }

  /**
   * Makes the folder a set, info.json last on the disk, and removes an older set of the same pixels, and the
   * set that this one takes the place of.
   */
  async complete(title: string, replaced: StoredSet | null): Promise<DatasetInfo> {
    if (this.#filled > 0) await this.#writeChunk();
    this.#handle.flush();
    const captions = this.#words.map(({ caption }) => caption);
    const hasCaptions = captions.some((caption) => caption !== '');
    if (hasCaptions) await this.#writeJson(CAPTIONS, captions);
    const names = this.#words.map(({ name }) => name);
    await this.#writeJson(NAMES, names);
    const { count } = this;
    const fingerprint = await pixelFingerprint(this.#digests, count, this.#size);
    const stored: StoredInfo = {
      version: VERSION,
      title,
      count,
      size: this.#size,
      fingerprint,
      captions: hasCaptions,
      ...(replaced ? { earlier: [...replaced.earlier, replaced.info.id] } : {}),
    };
    await this.#writeJson(INFO, stored);
    this.#handle.close();
    const set = await readSet(this.#folder);
    if (!set) throw new Error('a set of pictures that was just written cannot be read');
    const gone = new Set([set.info.id, replaced?.info.id]);
    for (const other of await scan(this.#pictures)) {
      if (gone.has(other.set?.info.id) && other.set && other.name !== this.#name)
        await removeFolder(this.#pictures, other.name);
    }
    return set.info;
  }

  /** Removes the folder. */
  async discard(): Promise<void> {
    this.#handle.close();
    await removeFolder(this.#pictures, this.#name);
  }

  #writeJson(name: string, value: unknown): Promise<void> {
    return writeFile(this.#folder, name, new TextEncoder().encode(JSON.stringify(value)));
  }
}

/** Writes a file of a set as a whole. Throws FaultError kind `storage` where the storage is full. */
export async function writeFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await file.createSyncAccessHandle();
  try {
    handle.truncate(0);
    writeWhole(handle, bytes, 0);
    handle.flush();
  } finally {
    handle.close();
  }
}

function writeWhole(handle: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  let written: number;
  try {
    written = handle.write(bytes, { at });
  } catch (error) {
    if (isNamed(error, 'QuotaExceededError')) throw new FaultError(storageFull(at, bytes.length, 0));
    throw error;
  }
  if (written !== bytes.length) throw new FaultError(storageFull(at, bytes.length, written));
}

const noFileSystem: Fault = {
  kind: 'storage',
  title: 'This browser keeps no files for this page',
  what: 'Your pictures cannot be stored, so they cannot be trained on. The built-in pictures work.',
  expected: 'a private file system for this page',
  got: 'none, as in some private windows',
  todo: ['Open the page in an ordinary window.', 'Or use another browser.'],
};

function storageFull(at: number, expected: number, written: number): Fault {
  return {
    kind: 'storage',
    title: 'The storage is full',
    what: 'The import stopped and what it had written was removed. Your checkpoints are untouched.',
    expected: `storage for ${expected} bytes after ${at}`,
    got: `storage for ${written}`,
    todo: [
      'Delete pictures or checkpoints that you do not need, or free space on the disk.',
      'Import again.',
    ],
  };
}
