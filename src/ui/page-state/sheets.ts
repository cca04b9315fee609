// Decoded sheets of 16 samples; the last 96 that were shown are kept. Not here: drawing or storing sheets
// (trainer/samples/artist.ts).
import { type ReadonlySignal, signal } from '@preact/signals';

const KEPT = 96;

export class Sheets {
  readonly #load: (step: number, runId?: string) => Promise<ImageBitmap | null>;
  readonly #kept = new Map<string, ImageBitmap>();
  readonly #pending = new Map<string, Promise<ImageBitmap | null>>();
  readonly #version = signal(0);

  constructor(load: (step: number, runId?: string) => Promise<ImageBitmap | null>) {
    this.#load = load;
  }

  /** Rises when a sheet that was missing may have come. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /**
   * New sheets were stored. `forgetAll`: another run is current, and the sheets kept so far are not its own.
   */
  renew(forgetAll: boolean): void {
    if (forgetAll) this.#kept.clear();
    this.#version.value = this.#version.peek() + 1;
  }

  /** The sheet if it is decoded already, else null. */
  peek(step: number, runId?: string): ImageBitmap | null {
    return this.#kept.get(keyOf(step, runId)) ?? null;
  }

  /** The 4 x 4 sheet of a step; null where none is stored. Without `runId`: of the current run. */
  async get(step: number, runId?: string): Promise<ImageBitmap | null> {
    const key = keyOf(step, runId);
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const pending =
      this.#pending.get(key) ?? this.#load(step, runId).finally(() => this.#pending.delete(key));
    this.#pending.set(key, pending);
    const sheet = await pending;
    if (sheet) this.#keep(key, sheet);
    return sheet;
  }

  #keep(key: string, sheet: ImageBitmap): void {
    this.#kept.set(key, sheet);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > KEPT && !oldest.done) this.#kept.delete(oldest.value);
  }
}

const keyOf = (step: number, runId: string | undefined): string => `${runId ?? ''}/${step}`;
