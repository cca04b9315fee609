// A disk in memory that can be cut at every change: sectors that were not flushed persist, vanish or tear,
// names younger than measured vanish or come back. A state is taken before each change, as the next start
// would find it. Not here: what is done on it (store-life.ts), what must hold (crash-claims.ts).
import type { SyncHandle } from '../../src/checkpoint/slot-file.ts';
import type { StoreDirectory } from '../../src/checkpoint/store-directory.ts';

const SECTOR = 512;
/** Measured: a name that was made or removed longer ago survives a power cut. */
export const NAME_LIVES_AFTER_MS = 35_000;

/** Kill: the browser ends, the machine goes on. The others are power cuts. */
export type Cut = 'kill' | 'nothing unflushed' | 'some sectors' | 'torn sectors';
export const CUTS: readonly Cut[] = ['kill', 'nothing unflushed', 'some sectors', 'torn sectors'];

/** A number from 0 up to 1. */
export type Random = () => number;

type Bytes = Uint8Array<ArrayBuffer>;

interface File {
  flushed: Bytes;
  now: Bytes;
  /** Written since the last flush, in order. */
  pending: { at: number; bytes: Bytes }[];
  /** Clock when the name was made. */
  born: number;
}

/** A write that is about to be made. */
interface Write {
  file: File;
  at: number;
  bytes: Bytes;
}

function written(before: Bytes, at: number, bytes: Bytes): Bytes {
  const after = new Uint8Array(Math.max(before.length, at + bytes.length));
  after.set(before);
  after.set(bytes, at);
  return after;
}

export class CrashDisk {
  files = new Map<string, File>();
  /** Files whose names were removed. */
  #removed: { path: string; file: File; at: number }[] = [];
  readonly #clock: { ms: number };
  /** Called before each write and flush, before a name is made or removed. `write`: may be there in part. */
  beforeChange: ((write: Write | null) => void) | null = null;

  constructor(clock: { ms: number }) {
    this.#clock = clock;
  }

  #handle(file: File): SyncHandle {
    return {
      read(into, { at }) {
        const piece = file.now.subarray(at, at + into.length);
        into.set(piece);
        return piece.length;
      },
      write: (bytes, { at }) => {
        this.beforeChange?.({ file, at, bytes });
        const copy = bytes.slice();
        file.now = written(file.now, at, copy);
        file.pending.push({ at, bytes: copy });
        return bytes.length;
      },
      flush: () => {
        this.beforeChange?.(null);
        file.flushed = file.now;
        file.pending = [];
      },
      getSize: () => file.now.length,
      truncate: (size) => {
        file.now = file.now.slice(0, size);
      },
      close: () => undefined,
    };
  }

  directory(prefix = 'runs/'): StoreDirectory {
    const under = (folder: string): string[] =>
      [...this.files.keys()].filter((path) => path.startsWith(folder));
    const removeUnder = (folder: string): Promise<void> => {
      for (const path of under(folder)) {
        this.beforeChange?.(null);
        const file = this.files.get(path);
        if (file) this.#removed.push({ path, file, at: this.#clock.ms });
        this.files.delete(path);
      }
      return Promise.resolve();
    };
    return {
      take: () => Promise.resolve(),
      runIds: () =>
        Promise.resolve([
          ...new Set(under(prefix).map((path) => path.slice(prefix.length).split('/')[0] ?? '')),
        ]),
      fileNames: (runId) =>
        Promise.resolve(under(`${prefix}${runId}/`).map((path) => path.split('/').at(-1) ?? '')),
      openFile: (runId, name, create) => {
        const path = `${prefix}${runId}/${name}`;
        const there = this.files.get(path);
        if (there) return Promise.resolve(this.#handle(there));
        if (!create) return Promise.reject(new DOMException(path, 'NotFoundError'));
        this.beforeChange?.(null);
        const none = new Uint8Array(0);
        const file: File = { flushed: none, now: none, pending: [], born: this.#clock.ms };
        this.files.set(path, file);
        return Promise.resolve(this.#handle(file));
      },
      removeFile: (runId, name) => removeUnder(`${prefix}${runId}/${name}`),
      removeRun: (runId) => removeUnder(`${prefix}${runId}/`),
      estimate: () => Promise.resolve({ usageBytes: null, quotaBytes: null, persisted: true }),
      scratch: () => Promise.reject(new Error('no scratch here')),
    };
  }

  /** Whether a power cut leaves this name. */
  isOld(path: string): boolean {
    const file = this.files.get(path);
    return file !== undefined && this.#clock.ms - file.born >= NAME_LIVES_AFTER_MS;
  }

  /** The disk as the next start finds it, after a cut in `write`. */
  after(cut: Cut, write: Write | null, random: Random, clock: { ms: number }): CrashDisk {
    const found = new CrashDisk(clock);
    const names = new Map(this.files);
    if (cut !== 'kill') {
      for (const [path] of this.files) if (!this.isOld(path) && random() < 0.7) names.delete(path);
      for (const { path, file, at } of this.#removed)
        if (this.#clock.ms - at < NAME_LIVES_AFTER_MS && random() < 0.5) names.set(path, file);
    }
    for (const [path, file] of names) {
      const pending = write?.file === file ? [...file.pending, write] : file.pending;
      const bytes = cut === 'kill' ? killed(file, pending, random) : left(file, pending, cut, random);
      found.files.set(path, { flushed: bytes, now: bytes, pending: [], born: file.born });
    }
    return found;
  }
}

/** All that was written; of the write under way a part. */
function killed(file: File, pending: File['pending'], random: Random): Bytes {
  const under = pending.length > file.pending.length ? pending.at(-1) : undefined;
  if (!under) return file.now;
  return written(file.now, under.at, under.bytes.slice(0, Math.floor(random() * (under.bytes.length + 1))));
}

/** What was flushed, and of the rest some sectors, whole or (torn) in part. */
function left(file: File, pending: File['pending'], cut: Cut, random: Random): Bytes {
  if (cut === 'nothing unflushed' || pending.length === 0) return file.flushed;
  const lost = random();
  let bytes: Bytes = file.flushed.slice();
  for (const { at, bytes: piece } of pending) {
    for (let from = at - (at % SECTOR); from < at + piece.length; from += SECTOR) {
      if (random() < lost) continue;
      let [first, end] = [Math.max(at, from), Math.min(at + piece.length, from + SECTOR)];
      if (cut === 'torn sectors' && random() < 0.5) {
        const middle = first + Math.floor(random() * (end - first + 1));
        if (random() < 0.5) end = middle;
        else first = middle;
      }
      if (first < end) bytes = put(bytes, first, piece.subarray(first - at, end - at));
    }
  }
  return bytes;
}

/** As `written`, in place where the file is long enough. */
function put(bytes: Bytes, at: number, piece: Bytes): Bytes {
  if (at + piece.length > bytes.length) return written(bytes, at, piece);
  bytes.set(piece, at);
  return bytes;
}
