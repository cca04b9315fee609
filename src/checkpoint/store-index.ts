// What the store tells its index: the list of checkpoints, and which runs there
// are. The index is a cache: what it fails to store is missing from the page's list
// until the next open, and nothing else is lost. Not here: IndexedDB (index-db.ts).
import type { CheckpointRecord } from './api.ts';

/** The part of the index that the store writes. Rebuilt from the slots; functions as in index-db.ts. */
export interface StoreIndex {
  replaceAll(records: CheckpointRecord[]): Promise<void>;
  knownRuns(): Promise<string[]>;
  setKnownRuns(runIds: string[]): Promise<void>;
  deleteRunPictures(runId: string): Promise<void>;
}

/** Updates the index and passes over its failures. Without an index (null) nothing is done. */
export class IndexHints {
  readonly #index: StoreIndex | null;
  /**
   * True where the index remembers runs and the store has none: the browser evicted the store. False again
   * once there is a run.
   */
  evicted = false;

  constructor(index: StoreIndex | null) {
    this.#index = index;
  }

  /** Recovery never reads the index, so a failure is no reason to stop. */
  async #hint(work: (index: StoreIndex) => Promise<void>): Promise<void> {
    if (!this.#index) return;
    try {
      await work(this.#index);
    } catch {
      return;
    }
  }

  /** Finds whether the store was evicted. `runs`: how many the store has when it is opened. */
  async compare(runs: number): Promise<void> {
    await this.#hint(async (index) => {
      this.evicted = runs === 0 && (await index.knownRuns()).length > 0;
    });
  }

  /** Replaces the list, and remembers these runs unless the store was evicted. */
  update(records: CheckpointRecord[], runIds: string[]): Promise<void> {
    return this.#hint(async (index) => {
      await index.replaceAll(records);
      if (!this.evicted) await index.setKnownRuns(runIds);
    });
  }

  /** Deletes the pictures of a run that is removed. */
  forgetPictures(runId: string): Promise<void> {
    return this.#hint((index) => index.deleteRunPictures(runId));
  }
}
