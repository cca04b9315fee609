// Starts the store's worker and calls it; the only file
// that knows its address. Not here: the store (store.ts).
import { transfer, wrap } from 'comlink';
import { FaultError } from '../fault.ts';
import type { CheckpointRef, RunNote, SaveRequest, StoreApi } from './api.ts';

const workerGone = (got: string): FaultError =>
  new FaultError({
    kind: 'storage',
    title: 'The checkpoint store stopped',
    what: 'Checkpoints that were saved are whole.',
    expected: 'a running store worker',
    got,
    todo: ['Reload the page: the run goes on from its newest checkpoint.'],
  });

/**
 * The store as the trainer calls it. A call rejects
 * (FaultError kind `storage`) only when the worker has ended.
 */
export class StoreClient implements StoreApi {
  readonly #worker: Worker;
  readonly #remote: StoreApi;
  readonly #gone: Promise<never>;
  #end: (reason: string) => void = () => undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#remote = wrap<StoreApi>(worker);
    this.#gone = new Promise((_, reject) => {
      this.#end = (reason) => reject(workerGone(reason));
      worker.addEventListener('error', ({ message }) => this.#end(message || 'its code could not be loaded'));
    });
    // Every call races this promise; a rejection with no call under way needs no handler.
    this.#gone.catch(() => undefined);
  }

  #call<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#gone]);
  }

  open() {
    return this.#call(this.#remote.open());
  }
  report() {
    return this.#call(this.#remote.report());
  }
  recover(skip: number[], runId?: string) {
    return this.#call(this.#remote.recover(skip, runId));
  }
  createRun(runId: string, started: string, capacityBytes: number) {
    return this.#call(this.#remote.createRun(runId, started, capacityBytes));
  }
  growPool(runId: string, slots: number, capacityBytes: number) {
    return this.#call(this.#remote.growPool(runId, slots, capacityBytes));
  }
  /** The tensors' buffers are transferred and empty afterwards. */
  save(request: SaveRequest) {
    const buffers = new Set(request.tensors.map(({ data }) => data.buffer));
    return this.#call(this.#remote.save(transfer(request, [...buffers])));
  }
  load(ref: CheckpointRef) {
    return this.#call(this.#remote.load(ref));
  }
  metadataOf(ref: CheckpointRef) {
    return this.#call(this.#remote.metadataOf(ref));
  }
  exportFile(ref: CheckpointRef) {
    return this.#call(this.#remote.exportFile(ref));
  }
  endExport(ref: CheckpointRef) {
    return this.#call(this.#remote.endExport(ref));
  }
  writeNote(runId: string, changes: Partial<RunNote>) {
    return this.#call(this.#remote.writeNote(runId, changes));
  }
  remove(ref: CheckpointRef) {
    return this.#call(this.#remote.remove(ref));
  }
  freeStepCheckpoints(runId: string, trains: boolean) {
    return this.#call(this.#remote.freeStepCheckpoints(runId, trains));
  }
  removeRun(runId: string) {
    return this.#call(this.#remote.removeRun(runId));
  }
  selfTest() {
    return this.#call(this.#remote.selfTest());
  }

  /** Ends the worker at once, also in the middle of a save, whose slot is then no checkpoint. */
  stop(): void {
    this.#worker.terminate();
    this.#end('it was stopped');
  }
}

/** Starts the worker. `open` must be the first call. */
export function startStore(): StoreClient {
  return new StoreClient(
    new Worker(new URL('./store-worker.ts', import.meta.url), { type: 'module', name: 'store' }),
  );
}
