// Reads pictures of a stored set, those of a batch at once: a file opened for 64 reads has them in half
// a millisecond; a slice of a blob takes 0.3 ms of this worker each. In workers. Not here: where the file is
// once it has gone from here (sets.ts).
import { FILES } from './set-file.ts';

/** Pictures that are asked for together from which on the file is opened for them. */
const WORTH_OPENING = 4;

/** A file's access handle, as browsers have it whose handles can be shared (Chrome since 121). */
interface SharedFile {
  createSyncAccessHandle(options: {
    mode: 'read-only';
  }): Promise<FileSystemSyncAccessHandle & { mode?: string }>;
}

type Picture = Uint8Array<ArrayBuffer>;

interface Asked {
  number: number;
  resolve: (picture: Picture | Promise<Picture>) => void;
  reject: (error: unknown) => void;
}

/**
 * A function that reads picture `number` of the set in `folder`: `bytes` of `pixels`. Calls of one moment are
 * answered together. Rejects with DOMException where the set was removed.
 */
export function pictureReader(
  folder: FileSystemDirectoryHandle,
  pixels: File,
  bytes: number,
): (number: number) => Promise<Picture> {
  let waiting: Asked[] = [];
  /** False once the file could not be opened so: it is not tried again. */
  let canShare = true;
  const slice = async (number: number): Promise<Picture> =>
    new Uint8Array(await pixels.slice(number * bytes, (number + 1) * bytes).arrayBuffer());
  const answer = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    const opens = canShare && asked.length >= WORTH_OPENING;
    const handle = opens ? await openShared(folder) : null;
    if (opens) canShare = handle !== null;
    try {
      for (const { number, resolve } of asked)
        resolve((handle && readWhole(handle, number * bytes, bytes)) ?? slice(number));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      handle?.close();
    }
  };
  return (number) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ number, resolve, reject }) === 1) queueMicrotask(() => void answer());
    });
}

/** `length` bytes from `at` on; null where the file ends before. */
function readWhole(handle: FileSystemSyncAccessHandle, at: number, length: number): Picture | null {
  const bytes = new Uint8Array(length);
  return handle.read(bytes, { at }) === length ? bytes : null;
}

/**
 * The pixels, open beside whoever else reads them; null where they cannot be opened so: in other browsers,
 * and once they have gone, which a slice of them then says.
 */
async function openShared(folder: FileSystemDirectoryHandle): Promise<FileSystemSyncAccessHandle | null> {
  try {
    const file: SharedFile = await folder.getFileHandle(FILES.pixels);
    const handle = await file.createSyncAccessHandle({ mode: 'read-only' });
    if (handle.mode === 'read-only') return handle;
    // A browser that does not know the mode has locked the file.
    handle.close();
    return null;
  } catch {
    return null;
  }
}
