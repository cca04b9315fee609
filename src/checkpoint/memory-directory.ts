// A StoreDirectory in memory, for windows without a private file system (private windows, plain http): checkpoints last as
// long as the tab and can be exported. The page says so before training starts. Not here: the browser's files (opfs.ts).
import type { SyncHandle } from './slot-file.ts';
import type { StoreDirectory } from './store-directory.ts';

interface MemoryFile {
  bytes: Uint8Array<ArrayBuffer>;
}

function handleOf(file: MemoryFile): SyncHandle {
  const resize = (size: number) => {
    const bytes = new Uint8Array(size);
    bytes.set(file.bytes.subarray(0, size));
    file.bytes = bytes;
  };
  return {
    read(into, { at }) {
      const piece = file.bytes.subarray(at, at + into.length);
      into.set(piece);
      return piece.length;
    },
    write(bytes, { at }) {
      if (at + bytes.length > file.bytes.length) resize(at + bytes.length);
      file.bytes.set(bytes, at);
      return bytes.length;
    },
    flush: () => undefined,
    getSize: () => file.bytes.length,
    truncate: resize,
    close: () => undefined,
  };
}

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
      const file = filesOf(runId).get(name) ?? { bytes: new Uint8Array(0) };
      filesOf(runId).set(name, file);
      return Promise.resolve(handleOf(file));
    },
    removeFile: (runId, name) => Promise.resolve(void runs.get(runId)?.delete(name)),
    removeRun: (runId) => Promise.resolve(void runs.delete(runId)),
    estimate: () => Promise.resolve({ usageBytes: null, quotaBytes: null, persisted: false }),
    scratch: () => Promise.resolve({ directory: memoryDirectory(), remove: () => Promise.resolve() }),
  };
}
