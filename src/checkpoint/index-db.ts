// The index in IndexedDB: the list of checkpoints, pictures of runs, small measured values. A cache that may be wiped at any
// time: the list is rebuilt from the slots, pictures are drawn again. Used by the page and by workers alike.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CheckpointRecord } from './api.ts';

export type SheetKind = 'samples' | 'training_loss' | 'checkpoint_validation';

interface IndexSchema extends DBSchema {
  checkpoints: { key: [runId: string, generation: number]; value: CheckpointRecord };
  /** One row, [0]: the runs that the store has held, to tell an evicted store from a new one. */
  runs: { key: number; value: string[] };
  pictures: { key: [runId: string, kind: SheetKind, step: number]; value: Blob };
  values: { key: string; value: unknown };
}

const DATABASE = 'perennial';
const VERSION = 1;
/** Sorts after every string and number in a key. */
const LAST: [] = [];

let connection: Promise<IDBPDatabase<IndexSchema>> | null = null;

const disconnect = (): void => {
  connection = null;
};

/** One connection per thread, made anew when the browser or a newer version closed it. */
function database(): Promise<IDBPDatabase<IndexSchema>> {
  connection ??= openDB<IndexSchema>(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore('checkpoints', { keyPath: ['runId', 'generation'] });
      db.createObjectStore('runs');
      db.createObjectStore('pictures');
      db.createObjectStore('values');
    },
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      disconnect();
    },
    terminated: disconnect,
  });
  connection.catch(disconnect);
  return connection;
}

/** Newest first. */
export async function listCheckpoints(): Promise<CheckpointRecord[]> {
  const records = await (await database()).getAll('checkpoints');
  return records.sort((a, b) => b.generation - a.generation);
}

/** The whole list at once; a reader sees the old one or the new one. */
export async function replaceAll(records: CheckpointRecord[]): Promise<void> {
  const transaction = (await database()).transaction('checkpoints', 'readwrite');
  const { store } = transaction;
  await Promise.all([store.clear(), ...records.map((record) => store.put(record)), transaction.done]);
}

/** Runs that the store has held, as far as is remembered. */
export async function knownRuns(): Promise<string[]> {
  return (await (await database()).get('runs', 0)) ?? [];
}

export async function setKnownRuns(runIds: string[]): Promise<void> {
  await (await database()).put('runs', runIds, 0);
}

/** A PNG of a run: 4 x 4 samples, the loss plot, or the samples of a validation. */
export async function putSheet(runId: string, step: number, kind: SheetKind, blob: Blob): Promise<void> {
  await (await database()).put('pictures', blob, [runId, kind, step]);
}

export async function getSheet(runId: string, step: number, kind: SheetKind): Promise<Blob | undefined> {
  return (await database()).get('pictures', [runId, kind, step]);
}

/** Steps of a run that have such a picture, ascending. */
export async function listSheetSteps(runId: string, kind: SheetKind): Promise<number[]> {
  const keys = await (
    await database()
  ).getAllKeys('pictures', IDBKeyRange.bound([runId, kind], [runId, kind, LAST]));
  return keys.map(([, , step]) => step);
}

export async function deleteRunPictures(runId: string): Promise<void> {
  await (await database()).delete('pictures', IDBKeyRange.bound([runId], [runId, LAST]));
}

/** A small value under a name, such as a measured speed. Structured-cloneable. */
export async function remember(key: string, value: unknown): Promise<void> {
  await (await database()).put('values', value, key);
}

/** Undefined where nothing is remembered. The caller checks its shape: another version may have written it. */
export async function recall(key: string): Promise<unknown> {
  return (await database()).get('values', key);
}
