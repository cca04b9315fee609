// The browser's private file system, as far as src/data uses it, on the disk in memory of test/checkpoint.
// Not here: locks and quotas of browsers (own-pictures.gpu.test.ts has a real one).
import { vi } from 'vitest';
import type { MemoryDisk } from '../checkpoint/memory-disk.ts';

/** Bytes of the files that were given out: Node cannot read a Blob at once. */
const bytesOf = new WeakMap<Blob, Uint8Array<ArrayBuffer>>();

class BytesNow {
  readAsArrayBuffer(blob: Blob): ArrayBuffer {
    const bytes = bytesOf.get(blob);
    if (!bytes) throw new Error('a part of a file is asked for at once');
    return bytes.slice().buffer;
  }
}

/** From here on navigator.storage is this disk, in this file of tests. */
export function storeOn(disk: MemoryDisk): void {
  vi.stubGlobal('FileReaderSync', BytesNow);
  vi.stubGlobal('navigator', {
    storage: {
      getDirectory: () => Promise.resolve({ getDirectoryHandle: () => Promise.resolve(picturesOn(disk)) }),
      estimate: () => Promise.resolve({ usage: 0, quota: Infinity }),
    },
  });
}

function picturesOn(disk: MemoryDisk) {
  const directory = disk.directory('pictures/');
  const made = new Set<string>();
  return {
    async *entries() {
      for (const name of new Set([...(await directory.runIds()), ...made]))
        yield [name, folderOn(disk, name)];
    },
    getDirectoryHandle: (name: string) => Promise.resolve((made.add(name), folderOn(disk, name))),
    removeEntry: (name: string) => directory.removeRun(name),
  };
}

const folderOn = (disk: MemoryDisk, folder: string) => ({
  kind: 'directory',
  name: folder,
  async *values() {
    for (const name of await disk.directory('pictures/').fileNames(folder))
      yield { kind: 'file', ...(await folderOn(disk, folder).getFileHandle(name)) };
  },
  getFileHandle: (name: string, { create = false } = {}) => {
    const there = disk.files.get(`pictures/${folder}/${name}`);
    if (!there && !create) return Promise.reject(new DOMException(name, 'NotFoundError'));
    return Promise.resolve({
      createSyncAccessHandle: () => disk.directory('pictures/').openFile(folder, name, true),
      getFile: () => {
        const bytes = there?.read() ?? new Uint8Array();
        const file = new File([bytes], name, { lastModified: 0 });
        bytesOf.set(file, bytes);
        return Promise.resolve(file);
      },
    });
  },
});
