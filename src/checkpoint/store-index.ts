// What the store tells its index: the list, and which runs there are. The index is a cache: what it cannot take is missing
// from a list until the next open, and nothing else. Not here: IndexedDB (index-db.ts).
import type { CheckpointRecord } from './api.ts';

/** The cache that the page lists from. Rebuilt from the slots. */
export interface StoreIndex {
  replaceAll(records: CheckpointRecord[]): Promise<void>;
  knownRuns(): Promise<string[]>;
  setKnownRuns(runIds: string[]): Promise<void>;
  deleteRunPictures(runId: string): Promise<void>;
}

export class IndexHints {
  readonly #index: StoreIndex | null;
  /** Remembered runs without a single file: the browser evicted the store. Until there is a run again. */
  evicted = false;

  constructor(index: StoreIndex | null) {
    this.#index = index;
  }

  /** Nothing that can be recovered depends on it: a failure is no reason to stop. */
  async #hint(work: (index: StoreIndex) => Promise<void>): Promise<void> {
    if (!this.#index) return;
    try {
      await work(this.#index);
    } catch {
      return;
    }
  }

  /** At the first look into the store. */
  async compare(runs: number): Promise<void> {
    await this.#hint(async (index) => {
      this.evicted = runs === 0 && (await index.knownRuns()).length > 0;
    });
  }

  update(records: CheckpointRecord[], runIds: string[]): Promise<void> {
    return this.#hint(async (index) => {
      await index.replaceAll(records);
      if (!this.evicted) await index.setKnownRuns(runIds);
    });
  }

  forgetPictures(runId: string): Promise<void> {
    return this.#hint((index) => index.deleteRunPictures(runId));
  }
}
