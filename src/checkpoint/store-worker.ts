// Entry of the store's worker: the one place that holds file handles, so that writing and flushing never stop training.
// Not here: the store itself (store.ts), how it is started (store-client.ts).
import { expose, transfer } from 'comlink';
import type { LoadedCheckpoint, StoreApi } from './api.ts';
import { deleteRunPictures, knownRuns, replaceAll, setKnownRuns } from './index-db.ts';
import { opfsDirectory } from './opfs.ts';
import { Store } from './store.ts';

const store = new Store(opfsDirectory('runs', 'store-lock'), {
  replaceAll,
  knownRuns,
  setKnownRuns,
  deleteRunPictures,
});

const buffersOf = (loaded: LoadedCheckpoint | null): ArrayBuffer[] =>
  loaded?.tensors.map(({ data }) => data.buffer) ?? [];

/** The store, its tensors handed over instead of copied. */
const api: StoreApi = {
  open: () => store.open(),
  report: () => store.report(),
  async recover(skip) {
    const recovery = await store.recover(skip);
    return transfer(recovery, buffersOf(recovery.loaded));
  },
  createRun: (...args) => store.createRun(...args),
  growPool: (...args) => store.growPool(...args),
  save: (request) => store.save(request),
  async load(ref) {
    const result = await store.load(ref);
    return transfer(result, buffersOf(result.ok ? result.value : null));
  },
  exportFile: (ref) => store.exportFile(ref),
  endExport: (ref) => store.endExport(ref),
  writeNote: (...args) => store.writeNote(...args),
  remove: (ref) => store.remove(ref),
  freeStepCheckpoints: (...args) => store.freeStepCheckpoints(...args),
  selfTest: () => store.selfTest(),
};

expose(api);
