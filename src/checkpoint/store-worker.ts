// Entry of the store's worker: the only place that holds file handles, so that writing and flushing never
// stop training. Not here: the store itself (store.ts), how the worker is started (store-client.ts).
import { expose, transfer } from 'comlink';
import type { LoadedCheckpoint, StorageCall, StoreApi } from './api.ts';
import { deleteRunPictures, knownRuns, replaceAll, setKnownRuns } from './index-db.ts';
import { memoryDirectory } from './memory-directory.ts';
import { hasOpfs, opfsDirectory } from './opfs.ts';
import { Store } from './store.ts';
import { watchedDirectory, watchedIndex, watchedProbe } from './watched-storage.ts';

/** Without a private file system checkpoints last only as long as the tab, so no index may list them. */
async function makeStore(): Promise<Store> {
  const tell = (call: StorageCall): void => postMessage(call);
  if (!(await watchedProbe(hasOpfs, tell))) return new Store(memoryDirectory(), null);
  const index = { replaceAll, knownRuns, setKnownRuns, deleteRunPictures };
  return new Store(watchedDirectory(opfsDirectory('runs', 'store-lock'), tell), watchedIndex(index, tell));
}

// Not awaited: a call that comes before the store is made must find the listener of `expose`.
const store = makeStore();

const buffersOf = (loaded: LoadedCheckpoint | null): ArrayBuffer[] =>
  loaded?.tensors.map(({ data }) => data.buffer) ?? [];

/** The store's methods; tensors are transferred instead of copied. */
const api: StoreApi = {
  open: async () => (await store).open(),
  report: async () => (await store).report(),
  async recover(...args) {
    const recovery = await (await store).recover(...args);
    return transfer(recovery, buffersOf(recovery.loaded));
  },
  createRun: async (...args) => (await store).createRun(...args),
  growPool: async (...args) => (await store).growPool(...args),
  save: async (request) => (await store).save(request),
  async load(ref) {
    const result = await (await store).load(ref);
    return transfer(result, buffersOf(result.ok ? result.value : null));
  },
  metadataOf: async (ref) => (await store).metadataOf(ref),
  exportFile: async (ref) => (await store).exportFile(ref),
  endExport: async (ref) => (await store).endExport(ref),
  writeNote: async (...args) => (await store).writeNote(...args),
  remove: async (ref) => (await store).remove(ref),
  freeableSteps: async (runId) => (await store).freeableSteps(runId),
  freeSteps: async (...args) => (await store).freeSteps(...args),
  removeRun: async (runId) => (await store).removeRun(runId),
  selfTest: async () => (await store).selfTest(),
};

expose(api);
