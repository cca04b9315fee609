// Folders and files that imports were given, as the browser's handles: kept in the index, so that a stopped
// import can be given them again after a reload, once the user allows it; of no import that has ended. Where
// they cannot be kept the page asks for the files. Not here: asking and reading (app/given-files.ts), the
// stopped imports (data/).
import { recall, remember } from '../checkpoint/index-db.ts';
import { listStopped } from '../data/stopped-imports.ts';
import type { StoppedImport } from './api.ts';

const KEY = 'import-handles';

interface Kept {
  /** Of the import's files. */
  fingerprint: string;
  handles: readonly FileSystemHandle[];
}

export class ImportHandles {
  /** Fingerprint of the files of the import that is under way. */
  #running: string | null = null;

  /** An import begins: what it is given is kept from now on. */
  async begin(fingerprint: string, handles: readonly FileSystemHandle[]): Promise<void> {
    this.#running = fingerprint;
    const before = await this.#wanted(await keptHandles());
    const others = before.filter((one) => one.fingerprint !== fingerprint);
    await keep(handles.length > 0 ? [...others, { fingerprint, handles }] : before);
  }

  /** The import has ended, as a set or as one that was stopped. */
  async end(): Promise<void> {
    this.#running = null;
    await this.prune();
  }

  /** Keeps no longer what is of no import that was stopped or is under way. */
  async prune(): Promise<void> {
    const kept = await keptHandles();
    const wanted = kept.length > 0 ? await this.#wanted(kept) : kept;
    if (wanted.length < kept.length) await keep(wanted);
  }

  async #wanted(kept: readonly Kept[]): Promise<readonly Kept[]> {
    const stopped = new Set((await listStopped()).map((one) => one.fingerprint));
    return kept.filter(({ fingerprint }) => stopped.has(fingerprint) || fingerprint === this.#running);
  }
}

/** All stopped imports, with what they were given. */
export async function stoppedImports(): Promise<StoppedImport[]> {
  const kept = await keptHandles();
  return (await listStopped()).map((one) => ({
    ...one,
    handles: kept.find(({ fingerprint }) => fingerprint === one.fingerprint)?.handles ?? [],
  }));
}

/** A browser that cannot keep them, or has no index: the page asks for the files. */
const keep = (all: readonly Kept[]): Promise<unknown> => remember(KEY, all).catch(() => undefined);

async function keptHandles(): Promise<readonly Kept[]> {
  const kept = await recall(KEY).catch(() => null);
  return Array.isArray(kept) ? (kept as Kept[]) : [];
}
