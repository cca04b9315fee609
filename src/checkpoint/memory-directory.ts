// A StoreDirectory in memory, for windows without a private file system (private
// windows, plain http): checkpoints last as long as the tab and can be exported;
// the page says so before training starts. Not here: the browser's files (opfs.ts).
import type { SyncHandle } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';

/** A file grows by pieces of this size, so that no bytes of a large slot are copied when it grows. */
const PIECE_BYTES = 1024 * 1024;

interface MemoryFile {
  pieces: Uint8Array<ArrayBuffer>[];
  size: number;
}

/** Throws QuotaExceededError, as a file system does, where the browser has no more memory for the tab. */
function newPiece(): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(PIECE_BYTES);
  } catch (error) {
    throw new DOMException(`no memory left for this tab (${String(error)})`, 'QuotaExceededError');
  }
}

function resize(file: MemoryFile, size: number): void {
  const count = Math.ceil(size / PIECE_BYTES);
  while (file.pieces.length < count) file.pieces.push(newPiece());
  file.pieces.length = count;
  // Bytes that are cut off read as zeros when the file grows again.
  file.pieces.at(-1)?.fill(0, size - (count - 1) * PIECE_BYTES);
  file.size = size;
}

/** Views of `length` bytes of the file from byte `at` on; `from`: where a view begins, counted from `at`. */
function* viewsOf(file: MemoryFile, at: number, length: number) {
  for (let from = 0; from < length;) {
    const start = (at + from) % PIECE_BYTES;
    const view = file.pieces[(at + from - start) / PIECE_BYTES]?.subarray(start, start + length - from);
    if (!view) return;
    yield { from, view };
    from += view.length;
  }
}

const handleOf = (file: MemoryFile): SyncHandle => ({
  read(into, { at }) {
    const length = Math.max(0, Math.min(into.length, file.size - at));
    for (const { from, view } of viewsOf(file, at, length)) into.set(view, from);
    return length;
  },
  write(bytes, { at }) {
    if (at + bytes.length > file.size) resize(file, at + bytes.length);
    for (const { from, view } of viewsOf(file, at, bytes.length))
      view.set(bytes.subarray(from, from + view.length));
    return bytes.length;
  },
  flush: () => undefined,
  getSize: () => file.size,
  truncate: (size) => resize(file, size),
  close: () => undefined,
});

/** An empty directory. Its files live as long as the thread; it has no estimate and locks nothing. */
export function memoryDirectory(): StoreDirectory {
  const runs = new Map<string, Map<string, MemoryFile>>();
  const filesOf = (runId: string) => {
    const files = runs.get(runId) ?? new Map<string, MemoryFile>();
    runs.set(runId, files);
    return files;
  };
  return {
    take: () => Promise.resolve(),
    runIds: () => Promise.resolve([...runs.keys()]),
    fileNames: (runId) => Promise.resolve([...(runs.get(runId)?.keys() ?? [])]),
    openFile(runId, name) {
      const file = filesOf(runId).get(name) ?? { pieces: [], size: 0 };
      filesOf(runId).set(name, file);
      return Promise.resolve(handleOf(file));
    },
    removeFile: (runId, name) => Promise.resolve(void runs.get(runId)?.delete(name)),
    removeRun: (runId) => Promise.resolve(void runs.delete(runId)),
    estimate: () => Promise.resolve({ usageBytes: null, quotaBytes: null, persisted: false }),
    scratch: () => Promise.resolve({ directory: memoryDirectory(), remove: () => Promise.resolve() }),
  };
}
