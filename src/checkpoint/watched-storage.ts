// A directory and an index that tell of every storage call before it is made and after it has come back, so
// that whoever waits knows what hangs: a worker whose storage call never returns can say nothing more. Not
// here: what is done about it (store-connection.ts).
import type { StorageCall } from './api.ts';
import type { SyncHandle } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';
import type { StoreIndex } from './store-index.ts';

/** Any storage call but a flush comes back within this long, unless something is wrong. */
const CALL_MS = 15_000;
/** A slow disk takes 10 MB/s; what was written since the last flush has to get there. */
const FLUSH_BYTES_PER_MS = 10_000;

/** Posts the beginning and the end of a storage call. */
type Tell = (call: StorageCall) => void;

let calls = 0;

/**
 * Tells that a storage call begins; the function that is returned tells that it has come back. `what`: as the
 * subject of a sentence.
 */
function begun(tell: Tell, what: string, allowedMs: number): () => void {
  const storageCall = ++calls;
  tell({ storageCall, what, allowedMs });
  return () => tell({ storageCall, what: null, allowedMs: 0 });
}

/** Tells of `work`, which ends when its answer is there. */
async function told<T>(tell: Tell, what: string, work: () => Promise<T>): Promise<T> {
  const end = begun(tell, what, CALL_MS);
  try {
    return await work();
  } finally {
    end();
  }
}

/** The same of a call that keeps its thread until it comes back. */
function toldNow<T>(tell: Tell, what: string, allowedMs: number, work: () => T): T {
  const end = begun(tell, what, allowedMs);
  try {
    return work();
  } finally {
    end();
  }
}

/** Whether there is a private file system, which `probe` asks, told: it may hang as any other call. */
export const watchedProbe = (probe: () => Promise<boolean>, tell: Tell): Promise<boolean> =>
  told(tell, 'Finding the storage', probe);

function watchedHandle(handle: SyncHandle, name: string, tell: Tell): SyncHandle {
  let unflushed = 0;
  return {
    read: (into, at) => toldNow(tell, `Reading ${name}`, CALL_MS, () => handle.read(into, at)),
    write: (bytes, at) => {
      unflushed += bytes.length;
      return toldNow(tell, `Writing ${name}`, CALL_MS, () => handle.write(bytes, at));
    },
    flush: () => {
      const allowedMs = CALL_MS + unflushed / FLUSH_BYTES_PER_MS;
      toldNow(tell, `Writing ${name} to the disk`, allowedMs, () => handle.flush());
      unflushed = 0;
    },
    getSize: () => toldNow(tell, `Measuring ${name}`, CALL_MS, () => handle.getSize()),
    truncate: (bytes) => toldNow(tell, `Cutting ${name}`, CALL_MS, () => handle.truncate(bytes)),
    close: () => toldNow(tell, `Closing ${name}`, CALL_MS, () => handle.close()),
  };
}

/** `directory`, with every call told. */
export function watchedDirectory(directory: StoreDirectory, tell: Tell): StoreDirectory {
  return {
    take: () => told(tell, 'Taking the store', () => directory.take()),
    runIds: () => told(tell, 'Listing the runs', () => directory.runIds()),
    fileNames: (runId) => told(tell, `Listing the files of ${runId}`, () => directory.fileNames(runId)),
    async openFile(runId, name, create) {
      const file = `${name} of ${runId}`;
      const handle = await told(tell, `Opening ${file}`, () => directory.openFile(runId, name, create));
      return watchedHandle(handle, file, tell);
    },
    removeFile: (runId, name) =>
      told(tell, `Removing ${name} of ${runId}`, () => directory.removeFile(runId, name)),
    removeRun: (runId) => told(tell, `Removing ${runId}`, () => directory.removeRun(runId)),
    estimate: () => told(tell, 'Estimating the storage', () => directory.estimate()),
    async scratch(name) {
      const scratch = await told(tell, `Making ${name}`, () => directory.scratch(name));
      return {
        directory: watchedDirectory(scratch.directory, tell),
        remove: () => told(tell, `Removing ${name}`, () => scratch.remove()),
      };
    },
  };
}

/** `index`, with every call told. */
export function watchedIndex(index: StoreIndex, tell: Tell): StoreIndex {
  const what = 'The list of checkpoints in IndexedDB';
  return {
    replaceAll: (records) => told(tell, what, () => index.replaceAll(records)),
    knownRuns: () => told(tell, what, () => index.knownRuns()),
    setKnownRuns: (runIds) => told(tell, what, () => index.setKnownRuns(runIds)),
    deleteRunPictures: (runId) => told(tell, what, () => index.deleteRunPictures(runId)),
  };
}
