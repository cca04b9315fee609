// A disk in memory, as a StoreDirectory, that can fail or lose power at any
// write or flush. After a power cut unflushed bytes may or may not be on the
// disk, sector by sector; a killed browser loses nothing that was written.
import type { SyncHandle } from '../../src/checkpoint/slot-file.ts';
import { heldElsewhere } from '../../src/checkpoint/storage-fault.ts';
import type { StoreDirectory } from '../../src/checkpoint/store-directory.ts';
import { FaultError } from '../../src/fault.ts';
import { MemoryFile, type Survival } from './memory-file.ts';

/** What goes wrong at write or flush number `at`, counted from 0 after `fail`. */
export type Trouble =
  /** The call throws; the machine goes on. */
  | { at: number; how: 'throws'; error: Error }
  /** The write takes `bytes` bytes and says so. */
  | { at: number; how: 'short'; bytes: number }
  /** The write reports success and writes one wrong bit. */
  | { at: number; how: 'lies' }
  /** The machine stops in the call, after `bytes` bytes of it. */
  | { at: number; how: 'stops'; bytes: number };

class Stopped extends Error {}

function refuse(error: Error | null | undefined): void {
  if (error) throw error;
}

function oneBitWrong(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const wrong = bytes.slice();
  const place = wrong.length >> 1;
  wrong[place] = (wrong[place] ?? 0) ^ 4;
  return wrong;
}

export class MemoryDisk {
  readonly files = new Map<string, MemoryFile>();
  trouble: Trouble | null = null;
  /** The bytes of each write since the trouble was set; of a flush Infinity. */
  sizes: number[] = [];
  stopped = false;
  /** Bytes of all files together; a write that needs more throws as a browser does. */
  quotaBytes = Infinity;
  /** The usage that estimate() answers instead of the true one. */
  usageBytes: number | null = null;

  /** Why a read, the opening of a file, the list of a run's files or a truncate fails; null: it does not. */
  refuseReads: ((read: { path: string; at: number }) => Error | null) | null = null;
  refuseOpen: ((path: string) => Error | null) | null = null;
  refuseNames: ((runId: string) => Error | null) | null = null;
  refuseTruncate: Error | null = null;

  fail(trouble: Trouble | null): void {
    this.trouble = trouble;
    this.sizes = [];
  }

  /** Writes and flushes since the trouble was set. */
  get operations(): number {
    return this.sizes.length;
  }

  /** Called before each operation: how many bytes of a write are taken, and what goes wrong. */
  #next(bytes: number): { take: number; stop: boolean; lie: boolean } {
    if (this.stopped) throw new Stopped();
    const { trouble } = this;
    const isNow = trouble?.at === this.sizes.push(bytes) - 1;
    if (!isNow) return { take: bytes, stop: false, lie: false };
    if (trouble.how === 'throws') throw trouble.error;
    if (trouble.how === 'lies') return { take: bytes, stop: false, lie: true };
    return { take: Math.min(bytes, trouble.bytes), stop: trouble.how === 'stops', lie: false };
  }

  #size(): number {
    return [...this.files.values()].reduce((sum, { size }) => sum + size, 0);
  }

  handle(file: MemoryFile, path = ''): SyncHandle {
    file.open = true;
    return {
      read: (into, { at }) => {
        if (this.stopped) throw new Stopped();
        refuse(this.refuseReads?.({ path, at }));
        const piece = file.read(at, into.length);
        into.set(piece);
        return piece.length;
      },
      write: (bytes, { at }) => {
        const growth = Math.max(0, at + bytes.length - file.size);
        if (growth > 0 && this.#size() + growth > this.quotaBytes)
          throw new DOMException('No space', 'QuotaExceededError');
        const { take, stop, lie } = this.#next(bytes.length);
        file.write(at, lie ? oneBitWrong(bytes) : bytes.subarray(0, take));
        if (stop) this.#stop();
        return take;
      },
      flush: () => {
        const { take, stop } = this.#next(Infinity);
        if (stop && take === 0) this.#stop();
        file.flush();
        if (stop) this.#stop();
      },
      getSize: () => file.size,
      truncate: (size) => {
        refuse(this.refuseTruncate);
        file.replace(file.read(0, size));
      },
      close: () => {
        file.open = false;
      },
    };
  }

  #stop(): never {
    this.stopped = true;
    throw new Stopped();
  }

  /** The disk as the next start finds it. */
  restarted(survival: Survival): MemoryDisk {
    const disk = new MemoryDisk();
    for (const [path, file] of this.files) disk.files.set(path, file.survivor(survival));
    return disk;
  }

  fileAt(path: string): MemoryFile {
    const file = this.files.get(path);
    if (!file) throw new Error(`no file ${path} among ${[...this.files.keys()].join(', ')}`);
    return file;
  }

  /** Changes a file behind the store's back, both on the disk and for reads. */
  edit(path: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | void): void {
    const file = this.fileAt(path);
    const bytes = file.read();
    file.replace(change(bytes) ?? bytes);
  }

  /** Flips a bit. */
  rot(path: string, at: number, bit = 1): void {
    this.edit(path, (bytes) => {
      bytes[at] = (bytes[at] ?? 0) ^ bit;
    });
  }

  directory(prefix = 'runs/'): StoreDirectory {
    const pathsUnder = (folder: string) => [...this.files.keys()].filter((path) => path.startsWith(folder));
    const removeUnder = (folder: string) => {
      if (this.stopped) return Promise.reject(new Stopped());
      for (const path of pathsUnder(folder)) {
        if (this.files.get(path)?.open) throw new DOMException(path, 'NoModificationAllowedError');
        this.files.delete(path);
      }
      return Promise.resolve();
    };
    return {
      take: () => Promise.resolve(),
      runIds: () =>
        Promise.resolve([
          ...new Set(pathsUnder(prefix).map((path) => path.slice(prefix.length).split('/')[0] ?? '')),
        ]),
      fileNames: async (runId) => {
        refuse(this.refuseNames?.(runId));
        const folder = `${prefix}${runId}/`;
        return Promise.resolve(pathsUnder(folder).map((path) => path.slice(folder.length)));
      },
      openFile: async (runId, name, create) => {
        const path = `${prefix}${runId}/${name}`;
        const there = this.files.get(path);
        if (!there && !create) throw new DOMException(path, 'NotFoundError');
        const file = there ?? new MemoryFile();
        refuse(this.refuseOpen?.(path));
        if (file.open) throw new FaultError(heldElsewhere('a lock'));
        this.files.set(path, file);
        return Promise.resolve(this.handle(file, path));
      },
      removeFile: (runId, name) => removeUnder(`${prefix}${runId}/${name}`),
      removeRun: (runId) => removeUnder(`${prefix}${runId}/`),
      estimate: () =>
        Promise.resolve({
          usageBytes: this.usageBytes ?? this.#size(),
          quotaBytes: Number.isFinite(this.quotaBytes) ? this.quotaBytes : null,
          persisted: true,
        }),
      scratch: async (name) => {
        const remove = () => removeUnder(`${name}/`);
        await remove();
        return { directory: this.directory(`${name}/`), remove };
      },
    };
  }
}
