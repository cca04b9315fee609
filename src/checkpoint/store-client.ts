// Starts the store's worker and calls it; the only file that knows its address. A worker that has ended is
// followed by another at the next call. Not here: the store (store.ts), the calls of one worker and when it
// has ended (store-connection.ts).
import { transfer } from 'comlink';
import { FaultError, type Result } from '../fault.ts';
import type { CheckpointRef, RunNote, SaveRequest, StoreApi } from './api.ts';
import { filesStillHeld, storeGone } from './storage-fault.ts';
import { StoreConnection, type StoreWorker } from './store-connection.ts';

/**
 * The store as the trainer calls it. Where the worker has ended, or its storage does not answer, a method
 * that answers a Result answers the fault, and any other rejects with it (FaultError kind `storage`).
 */
export class StoreClient implements StoreApi {
  readonly #start: () => StoreWorker;
  #connection: StoreConnection;
  /** Opens the store of a worker that follows another; null: it is open, or the caller opens it. */
  #opening: Promise<void> | null = null;
  /** The store must be opened before a call. */
  #closed = false;
  /** The last call of growPool, which says how many slots the run wants: the next worker is told. */
  #pool: Parameters<StoreApi['growPool']> | null = null;
  #stopped = false;

  /** `start`: starts a worker of store-worker.ts. */
  constructor(start: () => StoreWorker) {
    this.#start = start;
    this.#connection = new StoreConnection(start());
  }

  async #call<T>(ask: (remote: StoreApi) => Promise<T>): Promise<T> {
    if (this.#connection.ended && !this.#stopped) {
      this.#connection = new StoreConnection(this.#start());
      this.#closed = true;
    }
    while (this.#closed) await (this.#opening ??= this.#open());
    return this.#connection.call(ask);
  }

  async #open(): Promise<void> {
    try {
      const opened = await this.#connection.call((remote) => remote.open());
      if (!opened.ok) throw opened.fault.kind === 'tab' ? filesStillHeld() : new FaultError(opened.fault);
      const pool = this.#pool;
      if (pool) await this.#connection.call((remote) => remote.growPool(...pool));
      this.#closed = false;
    } finally {
      this.#opening = null;
    }
  }

  /** As #call; the fault of a worker that does not answer is the answer. */
  async #result<T>(ask: (remote: StoreApi) => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await this.#call(ask);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      return { ok: false, fault: error.fault };
    }
  }

  open() {
    return this.#result((remote) => remote.open());
  }
  report() {
    return this.#call((remote) => remote.report());
  }
  recover(skip: number[], runId?: string) {
    return this.#call((remote) => remote.recover(skip, runId));
  }
  createRun(runId: string, started: string, capacityBytes: number) {
    return this.#result((remote) => remote.createRun(runId, started, capacityBytes));
  }
  growPool(runId: string, slots: number, capacityBytes: number) {
    this.#pool = [runId, slots, capacityBytes];
    return this.#result((remote) => remote.growPool(runId, slots, capacityBytes));
  }
  /** The tensors' buffers are transferred and empty afterwards. */
  save(request: SaveRequest) {
    const buffers = [...new Set(request.tensors.map(({ data }) => data.buffer))];
    return this.#result((remote) => remote.save(transfer(request, buffers)));
  }
  load(ref: CheckpointRef) {
    return this.#result((remote) => remote.load(ref));
  }
  metadataOf(ref: CheckpointRef) {
    return this.#result((remote) => remote.metadataOf(ref));
  }
  exportFile(ref: CheckpointRef) {
    return this.#result((remote) => remote.exportFile(ref));
  }
  endExport(ref: CheckpointRef) {
    return this.#call((remote) => remote.endExport(ref));
  }
  writeNote(runId: string, changes: Partial<RunNote>) {
    if (changes.closed && this.#pool?.[0] === runId) this.#pool = null;
    return this.#result((remote) => remote.writeNote(runId, changes));
  }
  remove(ref: CheckpointRef) {
    return this.#result((remote) => remote.remove(ref));
  }
  freeableSteps(runId: string) {
    return this.#result((remote) => remote.freeableSteps(runId));
  }
  freeSteps(runId: string, generations: readonly number[], trains: boolean) {
    return this.#result((remote) => remote.freeSteps(runId, generations, trains));
  }
  removeRun(runId: string) {
    return this.#result((remote) => remote.removeRun(runId));
  }
  selfTest() {
    return this.#result((remote) => remote.selfTest());
  }

  /** Ends the worker at once, also in the middle of a save, whose slot is then no checkpoint. */
  stop(): void {
    this.#stopped = true;
    this.#connection.end(storeGone('it was stopped'));
  }
}

/** Starts the worker. `open` must be the first call. */
export const startStore = (): StoreClient =>
  new StoreClient(
    () => new Worker(new URL('./store-worker.ts', import.meta.url), { type: 'module', name: 'store' }),
  );
