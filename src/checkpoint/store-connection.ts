// One store worker and the calls to it. Where a storage call of the worker does not come back, every call
// that waits, and every later one, is refused with what hangs since when, so that training and Pause go on;
// some time later the worker is ended. Not here: starting another one (store-client.ts).
import { type Endpoint, wrap } from 'comlink';
import type { FaultError } from '../fault.ts';
import type { StorageCall, StoreApi } from './api.ts';
import { storageHangs, storeGone } from './storage-fault.ts';

/** The part of a Worker that is used. */
export type StoreWorker = Endpoint & Pick<Worker, 'terminate'>;

/** Seconds are counted, and not read from a clock: time in which the page was frozen is no time to answer. */
const TICK_MS = 1000;
/** So many times what is allowed, and the worker is ended. */
const ENDED_AFTER = 4;
/** But no later than this after it was refused: the last try of a save (saver.ts) comes 3 minutes after. */
const ENDED_WITHIN_MS = 150_000;

interface Under {
  what: string;
  since: Date;
  allowedMs: number;
  /** Counted so far. */
  ms: number;
}

const isStorageCall = (data: unknown): data is StorageCall =>
  typeof data === 'object' && data !== null && 'storageCall' in data;

export class StoreConnection {
  readonly #worker: StoreWorker;
  readonly #remote: StoreApi;
  /** Storage calls that have not come back, by number. */
  readonly #under = new Map<number, Under>();
  /** Rejects each call that waits. */
  readonly #waiting = new Set<(reason: FaultError) => void>();
  readonly #ticking: ReturnType<typeof setInterval>;
  /** Why no call is made for now; null: calls are made. */
  #hangs: FaultError | null = null;
  /** Why the worker is ended; null: it is not. */
  ended: FaultError | null = null;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
    this.#remote = wrap<StoreApi>(worker);
    worker.addEventListener('message', (event) => {
      if ('data' in event && isStorageCall(event.data)) this.#hear(event.data);
    });
    worker.addEventListener('error', (event) => {
      const message = 'message' in event && typeof event.message === 'string' ? event.message : '';
      this.end(storeGone(message || 'its code could not be loaded'));
    });
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The worker's answer. Rejects with FaultError kind `storage` where it has ended, or its storage hangs. */
  call<T>(ask: (remote: StoreApi) => Promise<T>): Promise<T> {
    const refused = this.ended ?? this.#hangs;
    if (refused) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const answered = (): void => void this.#waiting.delete(reject);
      ask(this.#remote).then(resolve, reject).then(answered, answered);
    });
  }

  /** Ends the worker at once. */
  end(why: FaultError): void {
    if (this.ended) return;
    this.ended = why;
    clearInterval(this.#ticking);
    this.#worker.terminate();
    this.#refuse(why);
  }

  #refuse(why: FaultError): void {
    for (const reject of this.#waiting) reject(why);
    this.#waiting.clear();
  }

  #hear({ storageCall, what, allowedMs }: StorageCall): void {
    if (what !== null) {
      this.#under.set(storageCall, { what, since: new Date(), allowedMs, ms: 0 });
      return;
    }
    this.#under.delete(storageCall);
    if (this.#under.size === 0) this.#hangs = null;
  }

  #tick(): void {
    for (const under of this.#under.values()) {
      under.ms += TICK_MS;
      const { what, since, allowedMs, ms } = under;
      if (ms < allowedMs) continue;
      if (!this.#hangs) this.#refuse((this.#hangs = storageHangs(what, since, allowedMs)));
      if (ms >= Math.min(ENDED_AFTER * allowedMs, allowedMs + ENDED_WITHIN_MS)) this.end(this.#hangs);
    }
  }
}
