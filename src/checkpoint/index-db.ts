// The index in IndexedDB: the list of checkpoints, pictures of runs, small measured values. A cache that may
// be wiped at any time: the list is rebuilt from the slots, pictures are drawn again. Used by the page and by
// workers. Not here: the checkpoints themselves (store.ts).
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CheckpointRecord } from './api.ts';

export type SheetKind = 'samples' | 'training_loss' | 'checkpoint_validation';

interface IndexSchema extends DBSchema {
  checkpoints: { key: [runId: string, generation: number]; value: CheckpointRecord };
  /** One row, key 0: the runs that the store has held, to tell an evicted store from a new one. */
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

/** One connection per thread, opened again after the browser or a newer version of the app has closed it. */
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

/** Every checkpoint of every run, newest first by generation. */
export async function listCheckpoints(): Promise<CheckpointRecord[]> {
  const records = await (await database()).getAll('checkpoints');
  return records.sort((a, b) => b.generation - a.generation);
}

/** Replaces the whole list in one transaction: a reader sees the old list or the new one. */
export async function replaceAll(records: CheckpointRecord[]): Promise<void> {
  const transaction = (await database()).transaction('checkpoints', 'readwrite');
  const { store } = transaction;
  await Promise.all([store.clear(), ...records.map((record) => store.put(record)), transaction.done]);
}

/** Ids of the runs that the store held when setKnownRuns was last called; empty in a new or wiped index. */
export async function knownRuns(): Promise<string[]> {
  return (await (await database()).get('runs', 0)) ?? [];
}

/** Remembers which runs the store holds, to notice later that the browser evicted the store. */
export async function setKnownRuns(runIds: string[]): Promise<void> {
  await (await database()).put('runs', runIds, 0);
}

/** Keeps a PNG of a run at a step: 4 x 4 samples, the loss plot, or the samples of a validation. */
export async function putSheet(runId: string, step: number, kind: SheetKind, blob: Blob): Promise<void> {
  await (await database()).put('pictures', blob, [runId, kind, step]);
}

/** The picture that putSheet kept; undefined without one. */
export async function getSheet(runId: string, step: number, kind: SheetKind): Promise<Blob | undefined> {
  return (await database()).get('pictures', [runId, kind, step]);
}

/** Steps of a run that have a picture of this kind, ascending. */
export async function listSheetSteps(runId: string, kind: SheetKind): Promise<number[]> {
  const keys = await (
    await database()
  ).getAllKeys('pictures', IDBKeyRange.bound([runId, kind], [runId, kind, LAST]));
  return keys.map(([, , step]) => step);
}

/** Copies a run's sheets of samples of the steps up to `upTo` to another run, in one transaction. */
export async function copySamples(from: string, to: string, upTo: number): Promise<void> {
  const transaction = (await database()).transaction('pictures', 'readwrite');
  const { store } = transaction;
  const keys = await store.getAllKeys(IDBKeyRange.bound([from, 'samples'], [from, 'samples', upTo]));
  for (const [, kind, step] of keys) {
    const sheet = await store.get([from, kind, step]);
    if (sheet) await store.put(sheet, [to, kind, step]);
  }
  await transaction.done;
}

/** Deletes every picture of a run, of all kinds and steps. */
export async function deleteRunPictures(runId: string): Promise<void> {
  await (await database()).delete('pictures', IDBKeyRange.bound([runId], [runId, LAST]));
}

/** Keeps a small value under a name, such as a measured speed. It must be structured-cloneable. */
export async function remember(key: string, value: unknown): Promise<void> {
  await (await database()).put('values', value, key);
}

/**
 * A value of `remember`; undefined without one. The caller
 * checks its shape: another version may have written it.
 */
export async function recall(key: string): Promise<unknown> {
  return (await database()).get('values', key);
}
