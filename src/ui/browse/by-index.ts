// What is known of single pictures of a set, asked for as they come into view: in batches, two at a time,
// only what is wanted at that moment; the last so many are kept. Not here: which are wanted
// (tile-window.ts), what they are asked of (app/browsed-set.ts).
import { type ReadonlySignal, signal } from '@preact/signals';

/** Answers for each of the numbers in its order; null where it cannot. */
type Ask<T> = (indices: Uint32Array<ArrayBuffer>) => Promise<readonly T[] | null>;

/** Requests on their way: the trainer works on one while the next one waits for it. */
const AT_ONCE = 2;

export class ByIndex<T> {
  readonly #most: number;
  /** The longest unwanted one first. */
  readonly #kept = new Map<number, T>();
  readonly #asked = new Set<number>();
  readonly #refused = new Set<number>();
  readonly #flights = new Set<Promise<void>>();
  readonly #version = signal(0);
  #ask: Ask<T> | null = null;
  #of: string | null = null;
  #wanted: readonly number[] = [];
  #batch = 1;

  /** `most`: kept at most, but for more that are wanted at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Rises with each answer. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Asks `ask` from now on. Another `of`: what is kept and what is on its way belongs to something else. */
  askOf(of: string, ask: Ask<T>): void {
    if (of === this.#of) return;
    this.#of = of;
    this.#ask = ask;
    this.#kept.clear();
    this.#asked.clear();
    this.#refused.clear();
  }

  /** What is known of a picture. */
  peek(index: number): T | undefined {
    return this.#kept.get(index);
  }

  /** These are wanted, the most urgent first, and those before no more. `batch`: asked for at once. */
  want(indices: readonly number[], batch: number): void {
    this.#wanted = indices;
    this.#batch = batch;
    for (const index of indices) {
      const known = this.#kept.get(index);
      if (known === undefined) continue;
      this.#kept.delete(index);
      this.#kept.set(index, known);
    }
    this.#next();
  }

  #next(): void {
    const isMissing = (index: number): boolean =>
      !this.#kept.has(index) && !this.#asked.has(index) && !this.#refused.has(index);
    while (this.#flights.size < AT_ONCE) {
      const missing = this.#wanted.filter(isMissing).slice(0, this.#batch);
      if (missing.length === 0 || !this.#ask) return;
      const flight = this.#fetch(missing, this.#ask).finally(() => {
        this.#flights.delete(flight);
        this.#next();
      });
      this.#flights.add(flight);
    }
  }

  async #fetch(indices: readonly number[], ask: Ask<T>): Promise<void> {
    const of = this.#of;
    for (const index of indices) this.#asked.add(index);
    const answer = await ask(Uint32Array.from(indices));
    if (of !== this.#of) return;
    for (const [i, index] of indices.entries()) {
      this.#asked.delete(index);
      const known = answer?.[i];
      if (known === undefined) this.#refused.add(index);
      else this.#kept.set(index, known);
    }
    this.#forget();
    this.#version.value += 1;
  }

  #forget(): void {
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= Math.max(this.#most, this.#wanted.length)) return;
      this.#kept.delete(oldest);
    }
  }
}
