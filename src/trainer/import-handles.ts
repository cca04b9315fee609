// Folders and files that imports were given, as the browser's handles: kept in the index, so that a stopped
// import can be given them again after a reload, once the user allows it. Where they cannot be kept the page
// asks for the files. Not here: asking and reading (app/given-files.ts), the stopped imports (data/).
import { recall, remember } from '../checkpoint/index-db.ts';
import { listStopped } from '../data/stopped-imports.ts';
import type { StoppedImport } from './api.ts';

const KEY = 'import-handles';

interface Kept {
  /** Of the import's files. */
  fingerprint: string;
  handles: readonly FileSystemHandle[];
}

/** Keeps what an import is given from now on, and no longer what is of no stopped import. */
export async function keepHandles(fingerprint: string, handles: readonly FileSystemHandle[]): Promise<void> {
  const stopped = new Set((await listStopped()).map((one) => one.fingerprint));
  const before = (await keptHandles()).filter((one) => stopped.has(one.fingerprint));
  const others = before.filter((one) => one.fingerprint !== fingerprint);
  const now = handles.length > 0 ? [...others, { fingerprint, handles }] : before;
  // A browser that cannot keep them, or has no index: the page asks for the files.
  await remember(KEY, now).catch(() => undefined);
}

/** All stopped imports, with what they were given. */
export async function stoppedImports(): Promise<StoppedImport[]> {
  const kept = await keptHandles();
  return (await listStopped()).map((one) => ({
    ...one,
    handles: kept.find(({ fingerprint }) => fingerprint === one.fingerprint)?.handles ?? [],
  }));
}

async function keptHandles(): Promise<Kept[]> {
  const kept = await recall(KEY).catch(() => null);
  return Array.isArray(kept) ? (kept as Kept[]) : [];
}
